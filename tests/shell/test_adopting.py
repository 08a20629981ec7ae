"""Messages about results that DVC cannot take over."""

import re

import pytest

from automl_flow.cli.adopting import describe
from automl_flow.dvc_stages.adopt import Adoption

STAGES = ("wine-nas", "wine-evaluation", "tea-nas")
METRICS = "data/wine/metrics.json"
DIFFERENT = {"wine-nas": ("data/wine/net",), "wine-evaluation": (METRICS,)}


@pytest.mark.parametrize(
    ("different", "edited", "expected"),
    [
        ({}, (), []),
        (DIFFERENT, (), [rf"2 of 3 stages differ from .*\(git status lists {METRICS}\), .*: wine\.$"]),
        ({"tea-nas": ("data/tea/net",)}, (), ["1 of 3 stages differ from dvc.lock, most .*: tea.$"]),
        (DIFFERENT, STAGES, [rf"settings have changed .*\(git status lists {METRICS}\); .* of all tasks\.$"]),
        ({}, ("wine-nas",), [r"settings have changed since dvc.lock was written; .* of wine \(nas\)\.$"]),
        (
            DIFFERENT,
            ("wine-evaluation",),
            [
                r"^1 of 3 stages .* dvc.lock, most likely .*: wine \(nas\)\.$",
                rf"lists {METRICS}\); .* wine \(evaluation",
            ],
        ),
    ],
)
def test_each_cause_has_a_sentence_with_the_files_that_git_status_lists(different, edited, expected):
    found = describe(Adoption((), different, edited, STAGES), [METRICS])
    assert len(found) == len(expected)
    for sentence, pattern in zip(found, expected, strict=True):
        assert re.search(pattern, sentence), sentence
