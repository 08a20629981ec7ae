"""Searches in the report."""

from __future__ import annotations

import pytest

from automl_flow.reports import trajectory
from automl_flow.reports.data import candidate_rows
from automl_flow.reports.searches import ARCHITECTURE_SEARCH, MODEL_SEARCH, Failure, describe_search, notes_of
from automl_flow.study.history import SearchHistory
from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord
from automl_flow.tabular.candidate import Candidate, WeightedCandidates
from automl_flow.tasks.metrics import METRICS
from automl_flow.tasks.spec import TaskSpec


def record(number, loss, state="complete", cause=None):
    return TrialRecord(number, {}, None if loss is None else (loss,), state, cause=cause)


def test_losses_become_scores_and_the_best_never_falls():
    found = trajectory("t", [record(1, -0.7), record(0, -0.6), record(2, -0.65)], METRICS["roc_auc"], lambda _: "m")
    assert [point.number for point in found.points] == [0, 1, 2]
    assert [point.score for point in found.points] == [0.6, 0.7, 0.65]
    assert [point.best for point in found.points] == [0.6, 0.7, 0.7]


def test_the_best_of_an_error_never_rises():
    found = trajectory("t", [record(0, 3.0), record(1, 2.0), record(2, 5.0)], METRICS["rmse"], lambda _: "m")
    assert [point.best for point in found.points] == [3.0, 2.0, 2.0]


def test_pruned_trials_do_not_set_the_best():
    found = trajectory("t", [record(0, 3.0), record(1, 1.0, "pruned")], METRICS["rmse"], lambda _: "m")
    assert found.points[1].best == 3.0


def test_failures_are_told_with_their_messages_and_numbers():
    records = [
        TrialRecord(0, {}, None, "failed", "memory", "12 GB"),
        TrialRecord(1, {}, None, "failed", "timeout", "60 s"),
        TrialRecord(2, {}, None, "failed", "memory", "12 GB"),
    ]
    found = trajectory("t", records, METRICS["rmse"], lambda _: "m")
    assert found.failures == (Failure("memory", "12 GB", (0, 2)), Failure("timeout", "60 s", (1,)))
    assert found.points[0].best is None


def test_the_best_is_of_trials_that_were_trained_to_the_end():
    records = [
        TrialRecord(number, {}, (-score,), "complete", attrs={"epochs": epochs})
        for number, (score, epochs) in enumerate([(0.7, 2), (0.8, 6), (0.9, 2), (0.85, 6)])
    ]
    found = trajectory("t", records, METRICS["accuracy"], lambda _: "m")
    assert [point.best for point in found.points] == [None, 0.8, 0.8, 0.85]
    assert [point.epochs for point in found.points] == [2, 6, 2, 6]
    assert found.rungs == (2, 6)


def test_a_repeated_architecture_has_no_score_of_its_own():
    records = [record(0, -0.7), TrialRecord(1, {}, (-0.7,), "complete", attrs={"duplicate_of": 0})]
    point = trajectory("t", records, METRICS["accuracy"], lambda _: "m").points[1]
    assert (point.score, point.repeats) == (None, 0)


def test_hyper_parameters_are_those_that_were_fitted_or_else_those_that_were_drawn():
    fitted = TrialRecord(0, {"knn.k": 3}, (1.0,), "complete", attrs={"params": {"k": 3, "power": 2}})
    failed = TrialRecord(1, {"knn.k": 5}, None, "failed", "data")
    found = trajectory("t", [fitted, failed], METRICS["rmse"], lambda _: "knn")
    assert [dict(point.params) for point in found.points] == [{"k": 3, "power": 2}, {"k": 5}]


def test_notes_say_which_search_they_are_of_and_serious_ones_come_first():
    trials = SearchHistory((), (Note("It lost a trial."),))
    nas_trials = SearchHistory((), (Note("It was interrupted.", serious=True),))
    notes = notes_of({MODEL_SEARCH: trials, ARCHITECTURE_SEARCH: nas_trials})
    assert [note.text for note in notes] == [
        "Architecture search: It was interrupted.",
        "Model search: It lost a trial.",
    ]


def test_candidates_have_their_share_of_the_ensemble_their_trial_and_their_parameters():
    known = (Candidate(3, "knn", {"k": 5}, -0.8, ()), Candidate(1, "linear", {}, -0.7, ()))
    rows = candidate_rows(WeightedCandidates(known, (0.75, 0.25)), TaskSpec(problem="binary"))
    assert [(row.name, row.trial, row.level, row.search_score) for row in rows] == [
        ("knn-3", 3, 2, 0.8),
        ("linear-1", 1, 2, 0.7),
    ]
    assert [row.weight for row in rows] == [0.75, 0.25]
    assert dict(rows[0].params) == {"k": 5}


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_scores_of_both_searches_are_by_the_metric(metric):
    task = TaskSpec(problem="binary", metric=metric)
    loss = -0.8 if metric == "roc_auc" else 0.8
    of_models = SearchHistory((TrialRecord(0, {"knn.k": 1}, (loss,), "complete", attrs={"family": "knn"}),))
    of_networks = SearchHistory((TrialRecord(0, {}, (loss,), "complete", attrs={"epochs": 2}),))
    assert describe_search(MODEL_SEARCH, of_models, task).points[0].score == 0.8
    assert describe_search(ARCHITECTURE_SEARCH, of_networks, task).points[0].score == 0.8


@pytest.mark.parametrize(("params", "label"), [({"knn.k": 1}, "knn"), ({}, "unknown family")])
def test_a_failed_trial_is_of_the_family_whose_parameters_it_has(params, label):
    trials = SearchHistory((TrialRecord(0, params, None, "failed", "data", "no rows"),))
    assert describe_search(MODEL_SEARCH, trials, TaskSpec(problem="binary")).points[0].label == label
