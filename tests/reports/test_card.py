from __future__ import annotations

import re
from dataclasses import replace

import pytest

from automl_flow.evaluation.fairness import Gap
from automl_flow.evaluation.intervals import Interval
from automl_flow.reports import ReportData, model_card
from automl_flow.reports.card import limits
from tests.reports.contents import EVIL, KINDS, content


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_task_has_all_headings(kind):
    lines = model_card(content(kind)).splitlines()
    headings = [line for line in lines if line.startswith("#")]
    assert headings == [
        "# Model card: plain",
        *(
            f"## {h}"
            for h in ("What it is", "Intended use", "How well it does", "Data", "Groups", "Limits", "Reproduce")
        ),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_tables_have_as_many_cells_in_every_row(kind):
    blocks, block = [], []
    for line in [*model_card(content(kind)).splitlines(), ""]:
        if line.startswith("|"):
            block.append(line.count("|"))
        elif block:
            blocks.append(block)
            block = []
    assert len(blocks) >= 2
    assert all(len(set(b)) == 1 and len(b) > 2 for b in blocks)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_stable_and_holds_no_markup_of_users(kind):
    first = model_card(content(kind, EVIL))
    content.cache_clear()
    assert model_card(content(kind, EVIL)) == first
    assert "<script" not in first


def test_limits_speak_of_few_rows_and_warnings():
    found = " ".join(limits(content("binary")))
    assert "only 60 rows" in found
    assert "saw plain" in found


@pytest.mark.parametrize(("enough", "said"), [(True, True), (False, False)])
def test_limits_speak_of_a_search_that_was_too_optimistic_where_the_rows_suffice(enough, said):
    full = content("binary")
    search = replace(full.evaluation.search, optimism=Interval(0.2, 0.1, 0.3), enough=enough, varied=True)
    found = " ".join(limits(replace(full, evaluation=replace(full.evaluation, search=search))))
    assert ("was too optimistic by 0.200" in found) is said


@pytest.mark.parametrize(
    ("ratio", "verdict"),
    [
        (Interval(0.5, 0.4, 0.6), "which is below four fifths"),
        (Interval(0.84, 0.75, 0.95), "these rows do not decide whether it is below four fifths"),
        (Interval(0.95, 0.9, 1.0), None),
    ],
)
def test_limits_speak_of_favourable_outcomes_that_are_far_apart(ratio, verdict):
    full = content("binary")
    gap = Gap("sex", "favourable_rate", "m", "f", Interval(0.3, 0.2, 0.4), ratio)
    apart = replace(full.evaluation, gaps=(gap,), favourable="no")
    found = [told for told in limits(replace(full, evaluation=apart)) if told.startswith("Groups of sex")]
    assert [verdict in told for told in found] == ([True] if verdict else [])


def test_a_sensitive_input_is_a_limit_with_what_leaving_it_out_costs():
    found = " ".join(limits(content("binary")))
    assert "The sensitive column group plain is an input of the model" in found
    assert "is 0.0200 worse on the holdout, which is not a significant difference" in found
    assert "(95% interval of what it adds −0.01000 to 0.05000)" in found


def test_the_shares_of_the_parts_add_up_to_the_whole():
    shares = re.findall(r"^- .* \((\d+\.\d)%\)$", model_card(content("binary")), re.MULTILINE)
    assert len(shares) == 3
    assert sum(map(float, shares)) == pytest.approx(100)


def test_the_least_content_is_enough():
    full = content("regression")
    bare = ReportData(full.task, replace(full.evaluation, comparisons=(), groups=(), gaps=(), importance=()), {})
    assert "so nothing is known about differences between groups" in model_card(bare)


def test_a_serious_note_stands_above_everything_and_others_among_the_limits():
    card = model_card(content("binary"))
    assert card.index("**Warning.** warning plain") < card.index("## What it is")
    assert card.index("note plain") > card.index("## Limits")
