"""Odd tables: whatever a column holds, preprocessing neither fails nor leaves a gap."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from automl_flow.recipes import ENCODINGS, build_preprocessor
from tests.recipes.tables import describe

cells = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**20), 10**20),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["", " ", "NaN", "True", "1", "1.0", "2020-01-31", "(other)", "(unseen)", "a"]),
    st.datetimes(),
    st.lists(st.integers(), max_size=2),
)
columns = st.lists(cells, min_size=12, max_size=12)
tables = st.lists(columns, min_size=1, max_size=3)


@given(training=tables, later=columns)
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
def test_any_objects_can_be_learned_from_and_predicted(training, later):
    table = pd.DataFrame({f"c{i}": pd.Series(column, dtype=object) for i, column in enumerate(training)})
    new = pd.DataFrame({name: pd.Series(later, dtype=object) for name in table})
    profile, recipe = describe(table, rare_category=2)
    y = np.arange(12) % 2
    for encoding in ENCODINGS:
        if all(step.name == "drop" for step in recipe.steps):
            return
        preprocessor = build_preprocessor(recipe, None, profile, encoding, 0)
        known = preprocessor.fit_transform(table, y)
        made = preprocessor.transform(new)
        assert known.shape[1] == made.shape[1]
        if encoding == "scaled":
            assert np.isfinite(known).all()
            assert np.isfinite(made).all()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize(
    "column",
    [
        pd.Series(["1", "2", None, "4"] * 10, dtype="string"),
        pd.Series([1, 2, None, 4] * 10, dtype="Int64"),
        pd.Series([True, None, False, True] * 10, dtype="boolean"),
        pd.Series([b"a", b"b", b"c", b"a"] * 10),
        pd.Series([{"a": 1}, [2], (3,), None] * 10),
        pd.Series(["2020-01-01T10:00:00+02:00", "2020-06-01T10:00:00Z", None, "nonsense"] * 10),
        pd.Series(pd.to_timedelta([1, 2, None, 4] * 10, unit="h")),
        pd.Series(pd.Categorical([1.0, 2.0, None, 1.0] * 10)),
        pd.Series(pd.Categorical(["b", "a", None, "b"] * 10, categories=["b", "a", "unused"], ordered=True)),
        pd.Series(pd.period_range("2020-01", periods=40, freq="M")),
        pd.Series([1e300, -1e300, 0.0, np.inf] * 10),
        pd.Series(["x" * 5000, "y", "x" * 5000 + "z", "y"] * 10),
    ],
    ids=lambda column: str(column.dtype),
)
def test_types_of_pandas(column, encoding):
    table = pd.DataFrame({"column": column, "x": np.arange(40.0)})
    profile, recipe = describe(table)
    preprocessor = build_preprocessor(recipe, None, profile, encoding, 0)
    made = preprocessor.fit_transform(table, np.arange(40) % 2)
    assert len(made) == 40
    assert len(preprocessor.transform(table.assign(column=None))) == 40
