"""Workers without Arrow, for tables that need none."""

from __future__ import annotations

import pickle
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl_flow.execution.outcome import Limits
from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.study.trial import TrialJob
from automl_flow.tabular.candidate import Suggestion
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.fitting.fold_models import read_oof
from automl_flow.tabular.fitting.objective import TrialContext, evaluate
from automl_flow.tabular.session.arrow import is_free_of_arrow, without_arrow_strings
from automl_flow.tabular.session.session import make_workers
from tests.execution import jobs
from tests.models.problems import make_problem

DATES = pd.date_range("2024-01-01", periods=2)


@pytest.mark.parametrize(
    ("column", "free"),
    [
        ([1, 2], True),
        ([1.5, None], True),
        ([True, False], True),
        (DATES, True),
        (pd.Categorical(["a", "b"]), True),
        (pd.Categorical([1, 2]), True),
        (["some", "text"], False),
        (pd.array([1, 2], dtype="int64[pyarrow]"), False),
        (pd.Categorical(pd.array([1, 2], dtype="int64[pyarrow]")), False),
        (pd.Series(["a", 1], dtype=object), False),
    ],
)
def test_which_columns_need_arrow(column, free):
    assert is_free_of_arrow(pd.DataFrame({"c": column})) is free


@pytest.mark.parametrize(("X", "free"), [(np.zeros((2, 2)), True), ([[1, 2]], False), (np.array([["a"]]), False)])
def test_which_tables_need_arrow(X, free):
    assert is_free_of_arrow(X) is free


@pytest.mark.parametrize("ordered", [False, True])
def test_nothing_of_arrow_is_left(ordered):
    column = pd.Categorical(["some", None, "text"], ["some", "other", "text"], ordered=ordered)
    columns = {"c": column, "d": column, "e": pd.Categorical([1, 2, 1]), "f": [1.5, 2.5, np.nan]}
    X = pd.DataFrame(columns, index=["x", "y", "z"])
    free = without_arrow_strings(X)
    assert b"arrow" in pickle.dumps(X).lower()
    assert b"arrow" not in pickle.dumps(free).lower()
    same = {"check_dtype": False, "check_categorical": False, "check_column_type": False}
    pd.testing.assert_frame_equal(free, X.reset_index(drop=True), **same)
    assert free["c"].cat.ordered == ordered
    assert list(free["c"].cat.categories) == ["some", "other", "text"]


def test_short_searches_inherit_arrow_from_the_fork_server():
    for config in (SearchConfig(time_left_for_this_task=10), SearchConfig(max_trials=3)):
        with make_workers(config, np.zeros((2, 2))) as runner:
            assert runner.submit(jobs.imported, "pyarrow", Limits()).outcome().value


def test_workers_without_arrow_find_the_same(tmp_path):
    problem = make_problem("binary")
    here, there = (
        TrialContext(replace(problem, X=X), FAMILIES.available(), FolderStore(tmp_path / name), seed=0)
        for name, X in (("here", problem.X), ("there", without_arrow_strings(problem.X)))
    )
    with make_workers(SearchConfig(time_left_for_this_task=60), problem.X) as runner:
        runner.broadcast(there)
        for number, name in enumerate(["linear", "lightgbm", "catboost", "extra_trees"]):
            family = FAMILIES.available()[name]
            params = family.portfolio(problem.context(0))[0]
            job = TrialJob(number, Suggestion(name, params))
            evaluate(here, job)
            outcome = runner.submit(evaluate, job, Limits()).outcome()
            assert outcome.ok, outcome.message
            assert np.array_equal(read_oof(here.store, number), read_oof(there.store, number))
        assert not runner.submit(jobs.imported, "pyarrow", Limits()).outcome().value
