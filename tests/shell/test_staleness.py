"""A changed parameter concerns the stages that take its section and what depends on them, and no others."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[2]
STAGES = yaml.safe_load((ROOT / "dvc.yaml").read_text())["stages"]
# What each stage is for, in the words of the configuration: written by hand, so that the generator is held to it.
TAKEN_BY = {
    "task": None,  # every stage
    "validation": {"validation"},
    "preprocessing": {"preprocessing"},
    "feature_engineering": {"feature_engineering"},
    "model_search": {"model_search"},
    "nas": {"nas"},
    "evaluation": {"evaluation"},
}
FOLLOWERS = {
    "validation": {"preprocessing", "feature_engineering", "model_search", "nas", "evaluation"},
    "preprocessing": {"feature_engineering", "model_search", "nas", "evaluation"},
    "feature_engineering": {"model_search", "nas", "evaluation"},
    "model_search": {"evaluation"},
    "nas": {"evaluation"},
    "evaluation": set(),
}


def leaves(value, path):
    """Dotted paths of all values that have no keys of their own."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, (*path, key))
    else:
        yield path


PARAMETERS = [
    (file.relative_to(ROOT).as_posix(), path)
    for file in sorted((ROOT / "conf/base/parameters").glob("*.yml"))
    for path in leaves(yaml.safe_load(file.read_text()), ())
]


def takes(stage, file, path):
    """Whether DVC compares something at or above *path* for *stage*."""
    keys = [key for entry in stage.get("params", []) for key in entry.get(file, [])]
    return any(path[: len(key.split("."))] == tuple(key.split(".")) for key in keys)


def downstream(names):
    """The stages that read what *names* make, directly or not, and themselves."""
    found = set(names)
    while True:
        outs = {path for name in found for kind in ("outs", "metrics", "plots") for path in paths(STAGES[name], kind)}
        more = {name for name, stage in STAGES.items() if outs & set(stage["deps"])} - found
        if not more:
            return found
        found |= more


def paths(stage, kind):
    return [next(iter(entry)) if isinstance(entry, dict) else entry for entry in stage.get(kind, [])]


@pytest.mark.parametrize(("file", "path"), PARAMETERS, ids=[".".join(path) for _, path in PARAMETERS])
def test_a_parameter_concerns_exactly_its_stages_and_what_follows(file, path):
    task, section = path[0], path[1]
    own = {name.rpartition("-")[2] for name in STAGES if name.rpartition("-")[0] == task}
    wanted = own if TAKEN_BY[section] is None else TAKEN_BY[section]
    stale = {name for name, stage in STAGES.items() if takes(stage, file, path)}
    assert stale == {f"{task}-{stage}" for stage in wanted}
    follow = wanted | {stage for first in wanted for stage in FOLLOWERS.get(first, ())}
    assert downstream(stale) == {f"{task}-{stage}" for stage in (follow & own) | {"inference"}}


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(PARAMETERS), st.sampled_from(sorted(STAGES)))
def test_no_stage_takes_parameters_of_another_task(parameter, name):
    file, path = parameter
    assert not takes(STAGES[name], file, path) or name.startswith(f"{path[0]}-")
