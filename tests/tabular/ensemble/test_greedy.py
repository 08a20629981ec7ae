from __future__ import annotations

import numpy as np
import pytest

from automl_flow.tabular.ensemble.greedy import greedy_selection
from automl_flow.tasks.metrics import get_metric

METRICS = [("log_loss", "multiclass"), ("roc_auc", "binary"), ("rmse", "regression"), ("accuracy", "multiclass")]


def predictions(problem: str, candidates: int = 6, rows: int = 200):
    rng = np.random.default_rng(0)
    if problem == "regression":
        y = rng.normal(size=rows)
        return y, y[None, :, None] + rng.normal(size=(candidates, rows, 1)) * np.linspace(0.5, 2, candidates)[
            :, None, None
        ]
    k = 2 if problem == "binary" else 3
    y = rng.integers(0, k, rows)
    logits = np.eye(k)[y] + rng.normal(size=(candidates, rows, k)) * np.linspace(0.5, 2, candidates)[:, None, None]
    p = np.exp(logits)
    return y, p / p.sum(axis=2, keepdims=True)


@pytest.mark.parametrize(("name", "problem"), METRICS)
def test_the_ensemble_is_never_worse_than_the_best_single_candidate(name, problem):
    metric = get_metric(name, problem)
    y, oof = predictions(problem)
    selection = greedy_selection(oof, y, metric, 30)
    mixed = np.tensordot(selection.weights, oof, axes=1)
    singles = [metric.loss(y, candidate) for candidate in oof]
    assert selection.loss <= min(singles)
    assert metric.loss(y, mixed) == pytest.approx(selection.loss, abs=1e-9)


@pytest.mark.parametrize(("name", "problem"), METRICS)
def test_weights_add_up_and_count_in_steps(name, problem):
    y, oof = predictions(problem)
    selection = greedy_selection(oof, y, get_metric(name, problem), 30)
    counts = selection.weights * len(selection.trajectory)
    assert selection.weights.sum() == pytest.approx(1)
    assert np.allclose(counts, np.round(counts))


def test_of_equal_candidates_the_first_is_taken():
    y, oof = predictions("regression", candidates=1)
    selection = greedy_selection(np.concatenate([oof, oof]), y, get_metric("rmse", "regression"), 5)
    assert selection.weights.tolist() == [1.0, 0.0]


def test_members_together_stay_below_the_allowed_work():
    y, oof = predictions("multiclass")
    work = np.array([50.0, 30.0, 30.0, 30.0, 5.0, 5.0])
    selection = greedy_selection(oof, y, get_metric("log_loss", "multiclass"), 30, work=work, max_work=80)
    assert work[selection.weights > 0].sum() <= 80


def test_when_all_are_too_slow_the_quickest_is_kept():
    y, oof = predictions("binary")
    selection = greedy_selection(oof, y, get_metric("roc_auc", "binary"), 30, work=[9, 8, 7, 6, 5, 4], max_work=1)
    assert selection.members.tolist() == [5]


def test_sample_weights_change_what_is_best():
    y = np.array([0.0, 0.0, 0.0, 0.0])
    oof = np.array([[0, 0, 5, 5], [5, 5, 0, 0]], dtype=float)[:, :, None]
    metric = get_metric("rmse", "regression")
    assert greedy_selection(oof, y, metric, 1, np.array([1.0, 1, 9, 9])).members.tolist() == [1]
    assert greedy_selection(oof, y, metric, 1, np.array([9.0, 9, 1, 1])).members.tolist() == [0]
