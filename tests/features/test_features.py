"""Single feature generators."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.features.arithmetic import Arithmetic
from automl_flow.features.crosses import Crosses
from automl_flow.features.date_cycles import DateCycles
from automl_flow.features.date_differences import DateDifferences
from automl_flow.features.frequencies import Frequencies
from automl_flow.features.generator import Proposal
from automl_flow.features.group_aggregates import GroupAggregates
from automl_flow.features.missing_counts import MissingCounts
from automl_flow.features.planning.planner import narrowed
from automl_flow.features.row_statistics import RowStatistics
from automl_flow.features.similar_labels import SimilarLabels
from automl_flow.features.text_statistics import TextStatistics


def category(values):
    return pd.Categorical(values, categories=["a", "b", "c"])


@pytest.mark.parametrize(
    ("operation", "expected"),
    [("ratio", [2, np.nan, np.nan]), ("difference", [2, 3, np.nan]), ("product", [8, 0, np.nan])],
)
def test_arithmetic_of_pairs(operation, expected):
    table = pd.DataFrame({"x": [4.0, 3.0, np.nan], "y": [2.0, 0.0, 1.0]})
    np.testing.assert_array_equal(Arithmetic(operation, ((0, 1),)).fit_transform(table)[:, 0], expected)


def test_frequencies_are_those_of_training():
    table = pd.DataFrame({"x": category(["a", "a", "b", None])})
    made = Frequencies().fit(table).transform(pd.DataFrame({"x": category(["a", "b", "c", None])}))
    np.testing.assert_allclose(np.expm1(made[:, 0]), [2, 1, 0, 1])


def test_groups_are_described_and_shrunk():
    table = pd.DataFrame({"x": category(["a"] * 50 + ["b"] * 50), "y": np.r_[np.zeros(50), np.full(50, 10.0)]})
    new = pd.DataFrame({"x": category(["a", "b", "c", None]), "y": [1.0, 1.0, 1.0, np.nan]})
    mean, spread, distance = GroupAggregates(((0, 1),)).fit(table).transform(new).T
    assert 0 < mean[0] < 1
    assert 9 < mean[1] < 10
    np.testing.assert_allclose(mean[2:], 5)
    np.testing.assert_allclose(distance[:3], 1 - mean[:3])
    assert (spread >= 0).all()


def test_crosses_know_pairs_of_training_only():
    table = pd.DataFrame({"x": category(["a", "a", "b"]), "y": category(["a", "b", None])})
    cross = Crosses(((0, 1),)).fit(table)
    new = pd.DataFrame({"x": category(["a", "b", "c"]), "y": category(["b", None, "c"])})
    assert cross.transform(new)["+x&y"].cat.codes.tolist() == [1, 2, -1]


def test_days_between_dates():
    table = pd.DataFrame({"a": pd.to_datetime(["2020-01-01", None]), "b": pd.to_datetime(["2020-01-03", "2020-01-01"])})
    np.testing.assert_array_equal(DateDifferences(((0, 1),)).fit_transform(table)[:, 0], [2, np.nan])


def test_cycles_close():
    table = pd.DataFrame({"d": pd.to_datetime(["2020-12-31 23:59", "2021-01-01 00:01"])})
    made = DateCycles().fit_transform(table)[:, :6]
    np.testing.assert_allclose(made[0], made[1], atol=0.05)


def test_text_statistics():
    made = TextStatistics().fit_transform(pd.DataFrame({"t": ["Call 555!", ""]}))
    np.testing.assert_allclose(made, [[9, 2, 4, 3 / 9, 1 / 9, 1 / 9], [0] * 6])


def test_missing_values_are_counted():
    table = pd.DataFrame({"x": [1.0, np.nan], "y": category(["a", None])})
    assert MissingCounts().fit_transform(table)[:, 0].tolist() == [0, 2]


def test_row_statistics_of_an_empty_row_are_missing():
    table = pd.DataFrame(np.vstack([np.random.default_rng(0).normal(size=(20, 8)), np.full((1, 8), np.nan)]))
    made = RowStatistics().fit_transform(table)
    assert np.isnan(made[-1, :4]).all()
    assert made[-1, 4] == 0


def test_labels_that_are_spelled_alike_are_near():
    names = [f"plumber number {i}" for i in range(20)] + [f"astronaut {i}" for i in range(20)]
    table = pd.DataFrame({"x": pd.Categorical(names, categories=names)})
    made = SimilarLabels(3).fit_transform(table)
    inside = np.linalg.norm(made[0] - made[1])
    across = np.linalg.norm(made[0] - made[39])
    assert inside < across


def test_narrowing_keeps_pairs_that_matter():
    proposal = Proposal(("a", "b", "c"), {"pairs": [[0, 1], [0, 2], [1, 2]]}, 6)
    assert narrowed(proposal, [5, 1, 0, 0, 4, 1]) == Proposal(proposal.columns, {"pairs": [[0, 1], [1, 2]]}, 4)


@pytest.mark.parametrize("proposal", [Proposal(("a",), {}, 3), Proposal(("a", "b"), {"pairs": [[0, 1]]}, 1)])
def test_what_has_no_pairs_is_not_narrowed(proposal):
    assert narrowed(proposal, [1.0, 2.0, 3.0]) is proposal
