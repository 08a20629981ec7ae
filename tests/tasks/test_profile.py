from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import DataError
from automl_flow.tasks.profile import Profile, guess_role, profile_table
from automl_flow.tasks.spec import TaskSpec

N = 100
RNG = np.random.default_rng(0)
PROSE = ["the quick brown fox number %d jumps" % i for i in range(N)]  # noqa: UP031


@pytest.mark.parametrize(
    ("values", "role"),
    [
        (pd.Series(RNG.normal(size=N)), "numeric"),
        (pd.Series(RNG.integers(0, 3, N)), "numeric"),
        (pd.Series([str(v) for v in RNG.integers(0, 99, N)]), "numeric"),
        (pd.Series(RNG.choice(["red", "green"], N)), "categorical"),
        (pd.Series(pd.Categorical(RNG.choice(["s", "m", "l"], N), ["s", "m", "l"], ordered=True)), "ordinal"),
        (pd.Series(RNG.choice(["0-9", "10-19", "20 or more"], N)), "ordinal"),
        (pd.Series(RNG.choice(["0-9", "10-19", "20 or more"], N), dtype="category"), "ordinal"),
        (pd.Series(RNG.integers(0, 2, N).astype(bool)), "boolean"),
        (pd.Series([True, None, False] * 30, dtype=object), "boolean"),
        (pd.Series(pd.date_range("2020-01-01", periods=N)), "datetime"),
        (pd.Series(pd.date_range("2020-01-01", periods=N, tz="UTC")), "datetime"),
        (pd.Series(pd.date_range("2020-01-01", periods=N).strftime("%d.%m.%Y")), "datetime"),
        (pd.Series(PROSE), "text"),
        (pd.Series([f"u{v}" for v in range(N)]), "identifier"),
        (pd.Series(range(N), name="customer_id"), "identifier"),
        (pd.Series(range(N), name="humid"), "numeric"),
        (pd.Series([np.nan] * N), "constant"),
        (pd.Series(["x"] * N), "constant"),
        (pd.Series(["x", None] * 50), "categorical"),
        (pd.Series([{"a": 1}, [2], "x"] * 30, dtype=object), "categorical"),
    ],
)
def test_roles_are_guessed_from_values(values, role):
    assert guess_role(values) == role


def test_the_task_overrides_and_leaves_out():
    table = pd.DataFrame({"a": RNG.normal(size=N), "size": ["s", "l"] * 50, "w": 1.5, "y": 0})
    task = TaskSpec(target="y", weight="w", problem="binary", roles={"a": "ignore"}, orders={"size": ["s", "l"]})
    profile = profile_table(table, task)
    assert [c.name for c in profile.columns] == ["a", "size"]
    assert profile.column("a").role == "ignore"
    assert profile.column("a").given
    assert profile.column("size").order == ("s", "l")


@pytest.mark.parametrize("dtype", ["object", "category"])
def test_ranges_are_ordered_by_their_numbers_unless_the_task_says_otherwise(dtype):
    table = pd.DataFrame({"age": pd.Series(["100+", "18-99", "under 18", None] * 25, dtype=dtype), "y": [0, 1] * 50})
    plain = TaskSpec(target="y", problem="binary")
    assert profile_table(table, plain).column("age").order == ("under 18", "18-99", "100+")
    other = TaskSpec(target="y", problem="binary", orders={"age": ["100+", "under 18", "18-99"]})
    assert profile_table(table, other).column("age").order == ("100+", "under 18", "18-99")
    named = TaskSpec(target="y", problem="binary", roles={"age": "categorical"})
    assert profile_table(table, named).column("age").role == "categorical"


def test_the_document_gives_the_profile_back():
    table = pd.DataFrame({"a": [1.0, np.nan, np.inf, 3.0], "b": list("xyxy"), "y": [0, 1, 0, 1]})
    profile = profile_table(table, TaskSpec(target="y", problem="binary"))
    assert Profile.from_document(profile.to_document()) == profile
    assert (profile.column("a").minimum, profile.column("a").maximum) == (1.0, 3.0)
    assert profile.column("a").missing == 0.25


def test_an_unknown_column_is_met_with_the_nearest():
    profile = profile_table(pd.DataFrame({"alpha": [1, 2], "y": [0, 1]}), TaskSpec(target="y", problem="binary"))
    with pytest.raises(DataError, match="did you mean 'alpha'"):
        profile.column("alpa")
