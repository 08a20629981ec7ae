from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl_flow.reports import leaderboard_table, plot_tables, trajectory_table
from tests.reports.contents import KINDS, content


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_of_task_has_its_plots(kind):
    tables = plot_tables(content(kind).evaluation)
    expected = {"residuals"} if kind == "regression" else {"roc", "precision_recall", "confusion", "calibration"}
    assert set(tables) == expected | {"importance"}
    assert all(len(table) for table in tables.values())


def test_confusion_pairs_count_as_the_matrix_does():
    evaluation = content("multiclass").evaluation
    pairs = plot_tables(evaluation)["confusion"]
    assert evaluation.classification is not None
    np.testing.assert_array_equal(pd.crosstab(pairs["actual"], pairs["predicted"]), evaluation.classification.confusion)


def test_the_confusion_of_a_large_holdout_is_scaled_down():
    evaluation = content("binary").evaluation
    large = replace(evaluation.classification, confusion=((900_000, 0), (50_000, 50_000)))
    pairs = plot_tables(replace(evaluation, classification=large))["confusion"]
    assert len(pairs) == 5000
    assert (pairs["actual"] == "no").mean() == 0.9


def test_a_rare_error_does_not_vanish_where_the_confusion_is_scaled_down():
    evaluation = content("binary").evaluation
    large = replace(evaluation.classification, confusion=((900_000, 3), (0, 100_000)))
    pairs = plot_tables(replace(evaluation, classification=large))["confusion"]
    assert pairs.value_counts().loc["no", "yes plain"] == 1


def test_the_leaderboard_keeps_order_and_types():
    table = leaderboard_table(content("binary").leaderboard)
    assert table["kind"].tolist() == ["ensemble", "network", "ensemble", "candidate", "candidate", "baseline"]
    assert table["search_score"].isna().tolist() == [False] * 5 + [True]
    assert table["trial"].dropna().tolist() == [4, 3, 5]
    assert json.loads(table["parameters"][4]) == {"rate": 0.1}
    assert leaderboard_table(()).columns.tolist() == table.columns.tolist()


def test_the_trajectory_skips_failures_in_the_best():
    table = trajectory_table(content("regression").trajectories)
    assert table["state"].tolist().count("failed") == 1
    assert table[table["state"] == "failed"][["cause", "message"]].values.tolist() == [["memory", "too large plain"]]
    assert json.loads(table["parameters"][0]) == {"plain": 1}
    assert table["best"].tolist() == sorted(table["best"], reverse=True)
    assert trajectory_table(()).dtypes["best"] == np.float64
