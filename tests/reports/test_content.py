from __future__ import annotations

from automl_flow.reports import trajectory
from automl_flow.search.records import TrialRecord
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


def test_failures_are_counted_by_cause():
    records = [
        record(0, None, "failed", "memory"),
        record(1, None, "failed", "timeout"),
        record(2, None, "failed", "memory"),
    ]
    found = trajectory("t", records, METRICS["rmse"], lambda _: "m")
    assert found.failed == {"memory": 2, "timeout": 1}
    assert found.points[0].best is None
