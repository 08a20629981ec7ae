from __future__ import annotations

import numpy as np
import pytest

from automl_flow.evaluation.intervals import Holdout, Interval, bootstrap_scores, compare, decided, interval
from automl_flow.tasks.metrics import METRICS

ACCURACY, AUC, RMSE = METRICS["accuracy"], METRICS["roc_auc"], METRICS["rmse"]


def test_the_interval_of_an_accuracy_covers_the_truth_about_as_often_as_it_says():
    rng, hits = np.random.default_rng(0), 0
    for trial in range(200):
        y = np.zeros(150, dtype=np.int64)
        right = rng.random(150) < 0.8
        p = np.column_stack([right, ~right]).astype(float)
        scores = bootstrap_scores(Holdout(y), {"m": (ACCURACY, p)}, 200, seed=trial)["m"]
        found = interval(right.mean(), scores, 0.95)
        hits += found.low <= 0.8 <= found.high
    assert 0.90 <= hits / 200 <= 0.99


@pytest.mark.parametrize("resamples", [2000, 150])
def test_the_interval_is_that_of_the_normal_approximation_for_a_mean(resamples):
    rng = np.random.default_rng(1)
    y, p = rng.normal(size=400), np.zeros(400)
    scores = bootstrap_scores(Holdout(y), {"m": (METRICS["mae"], p)}, resamples, seed=0)["m"]
    found = interval(np.abs(y).mean(), scores, 0.95)
    half = 1.96 * np.abs(y).std() / 20
    assert found.low == pytest.approx(np.abs(y).mean() - half, abs=0.2 * half)
    assert found.high == pytest.approx(np.abs(y).mean() + half, abs=0.2 * half)


def test_resamples_in_which_a_score_is_undefined_do_not_count():
    y = np.array([1] + [0] * 9)
    p = np.column_stack([np.linspace(0, 1, 10), np.linspace(1, 0, 10)])
    scores = bootstrap_scores(Holdout(y), {"a": (AUC, p), "b": (AUC, p[::-1])}, 500, seed=0)
    assert 100 < np.isnan(scores["a"]).sum() < 250  # about 0.9^10 of them hold no positive row
    assert np.isfinite(interval(0.5, scores["a"], 0.95).low)
    (comparison,) = compare("a", {"a": 1.0, "b": 0.0}, scores, AUC, confidence=0.95, rows=100)
    assert comparison.gain.low > 0


def test_one_class_only_gives_a_point():
    y, p = np.zeros(10, dtype=np.int64), np.full((10, 2), 0.5)
    scores = bootstrap_scores(Holdout(y), {"m": (AUC, p)}, 100, seed=0)["m"]
    assert interval(0.5, scores, 0.95) == Interval(0.5, 0.5, 0.5)


def test_weights_count():
    y = np.array([0, 1] * 50)
    p = np.tile([[0.9, 0.1]], (100, 1))
    weight = np.where(y == 0, 3.0, 1.0)
    scores = bootstrap_scores(Holdout(y, weight), {"m": (ACCURACY, p)}, 300, seed=0)["m"]
    assert scores.mean() == pytest.approx(0.75, abs=0.02)


@pytest.mark.parametrize(("metric", "better"), [(ACCURACY, 1.0), (RMSE, 1.0)])
def test_a_gain_is_positive_where_the_model_is_better(metric, better):
    rng = np.random.default_rng(2)
    if metric is RMSE:
        y = rng.normal(size=200)
        predictions = {"model": y + rng.normal(0, 0.1, 200), "other": y + rng.normal(0, 1, 200)}
    else:
        y = rng.integers(0, 2, 200)
        predictions = {"model": np.eye(2)[y], "other": np.eye(2)[rng.integers(0, 2, 200)]}
    holdout = Holdout(y)
    values = {name: holdout.score(metric, p) for name, p in predictions.items()}
    draws = bootstrap_scores(holdout, {name: (metric, p) for name, p in predictions.items()}, 200, seed=0)
    (comparison,) = compare("model", values, draws, metric, confidence=0.95, rows=100)
    assert comparison.gain.low > 0
    assert comparison.decided
    assert comparison.wins == better


def test_equal_predictions_are_undecided_and_share_the_wins():
    y, p = np.array([0, 1] * 20), np.full((40, 2), 0.5)
    draws = bootstrap_scores(Holdout(y), {"model": (ACCURACY, p), "other": (ACCURACY, p)}, 100, seed=0)
    (comparison,) = compare("model", {"model": 0.5, "other": 0.5}, draws, ACCURACY, confidence=0.95, rows=100)
    assert not comparison.decided
    assert comparison.wins == 0.5


def test_a_loss_that_is_never_negative_has_no_negative_bound():
    assert interval(0.1, np.array([0.0, 0.1, 0.4]), 0.95).low == 0.0
    assert interval(0.1, np.array([-0.1, 0.1, 0.4]), 0.95).low < 0.0


@pytest.mark.parametrize(
    ("low", "high", "rows", "is_decided"),
    [(0.1, 0.2, 30, True), (-0.2, -0.1, 30, True), (-0.1, 0.1, 1000, False), (0.1, 0.2, 29, False)],
)
def test_a_difference_is_decided_where_its_interval_leaves_zero_out_on_enough_rows(low, high, rows, is_decided):
    assert decided(Interval((low + high) / 2, low, high), rows) is is_decided
