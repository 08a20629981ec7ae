"""Errors of a tabular search without a result, and the notes of an ensemble."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from automl_flow.core.errors import BudgetError
from automl_flow.models import FAMILIES
from automl_flow.study.budget import Clock
from automl_flow.study.trial import NO_TIME, TrialRecord
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.fit import TabularFit, build_model, fit, make_timeline
from automl_flow.tabular.result import SearchResult
from automl_flow.tabular.session.session import SearchSession, make_workers, open_session
from tests.models.problems import make_problem

CAUSES = {
    "budget": (NO_TIME, "time_left_for_this_task"),
    "timeout": ("over the time limit of 1.0 s", "per_run_time_limit"),
    "memory": ("over the memory limit of 64 MB", "memory_limit"),
    "data": ("mean of empty slice", "the data"),
    "implementation": ("RuntimeError: no luck", "families"),
}


def build(problem, state, records=(), **settings) -> TabularFit:
    """What is made of a search that had these trials and found nothing; no worker is needed."""
    interrupted = settings.pop("interrupted", False)
    config = SearchConfig(max_trials=1, **settings)
    nothing = np.empty((0, len(problem.X), problem.target.outputs), dtype=np.float32)
    result = SearchResult(tuple(records), (), nothing, problem.covered(), interrupted=interrupted)
    with make_workers(config, problem.X) as workers:
        return build_model(SearchSession(problem, FAMILIES.available(), config, state, workers), result)


def failed(number: int, cause: str) -> TrialRecord:
    return TrialRecord(number, {"linear.C": 1.0}, None, "failed", cause, CAUSES[cause][0])


@pytest.mark.parametrize("cause", CAUSES)
def test_nothing_finished_is_an_error_with_the_cause_and_what_helps(cause, tmp_path):
    _, advice = CAUSES[cause]
    with pytest.raises(BudgetError, match=r"no trial of the search finished.* Of 2 trials: 2 .*") as caught:
        build(make_problem("binary", rows=60), tmp_path, [failed(0, cause), failed(1, cause)])
    assert advice in str(caught.value).partition("What helps:")[2]


def test_a_search_without_a_single_trial_is_an_error(tmp_path):
    with pytest.raises(BudgetError, match="none could be started within the time"):
        build(make_problem("binary", rows=60), tmp_path)


def test_an_interrupt_before_anything_finished_is_passed_on(tmp_path):
    with pytest.raises(KeyboardInterrupt):
        build(make_problem("binary", rows=60), tmp_path, interrupted=True)


@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_a_constant_that_was_asked_for_predicts_what_the_training_rows_say(kind, tmp_path):
    problem = make_problem(kind, rows=90)
    built = build(problem, tmp_path, [failed(0, "data")], if_nothing_finished="constant")
    y = problem.target.values
    expected = y.mean() if kind == "regression" else np.bincount(y) / len(y)
    assert np.allclose(built.model.predict_raw(problem.X), expected)


def test_a_constant_says_so_in_its_notes_and_its_repr(tmp_path):
    built = build(make_problem("binary", rows=60), tmp_path, [failed(0, "data")], if_nothing_finished="constant")
    assert built.notes[0].serious
    assert "constant" in built.notes[0].text
    assert "predicts a constant" in repr(built.model)


def test_a_constant_has_out_of_fold_predictions_like_any_candidate(tmp_path):
    problem = make_problem("binary", rows=60)
    built = build(problem, tmp_path, if_nothing_finished="constant")
    assert built.result.oof.shape == (1, 60, 2)
    assert built.selection.weights.tolist() == [1.0]


def test_a_trial_of_the_baseline_alone_is_nothing_either(tmp_path):
    problem = make_problem("binary", rows=60)
    built = build(problem, tmp_path, if_nothing_finished="constant")
    config = SearchConfig(max_trials=1)
    with make_workers(config, problem.X) as workers:
        session = SearchSession(problem, FAMILIES.available(), config, tmp_path, workers)
        with pytest.raises(BudgetError):
            build_model(session, built.result)


def test_the_baseline_may_be_asked_for(tmp_path):
    problem = make_problem("binary", rows=60)
    found = build(problem, tmp_path, if_nothing_finished="constant").result
    config = SearchConfig(max_trials=1, families=("baseline",))
    with make_workers(config, problem.X) as workers:
        session = SearchSession(problem, FAMILIES.available(), config, tmp_path, workers)
        assert build_model(session, replace(found, records=())).model.constant


def test_a_fit_counts_the_seconds_of_every_phase(tmp_path):
    problem = make_problem("binary", rows=90)
    config = SearchConfig(max_trials=1, families=("linear",))
    began, whole = time.monotonic(), Clock(None)
    with open_session(problem, FAMILIES.available(), config, tmp_path) as session:
        timeline = make_timeline(session, whole)
        built = fit(session, timeline)
        rows = timeline.rows()
    assert [row.name for row in rows] == ["preparation", "first layer", "refit", "reserve"]
    assert all(row.spent > 0 and row.planned is None for row in rows)
    assert sum(row.spent for row in rows) <= time.monotonic() - began
    assert len(built.result.records) == 1
