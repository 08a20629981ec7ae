from __future__ import annotations

from automl_flow.reports import trajectory
from automl_flow.reports.content import Failure
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import METRICS


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
