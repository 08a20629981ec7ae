from __future__ import annotations

import numpy as np
import pytest

from automl_flow.evaluation.resampling import resample_weights, score_weighted
from automl_flow.tasks.metrics import METRICS, metric_names

CASES = [(problem, name) for problem in ("binary", "multiclass", "regression") for name in metric_names(problem)]


def problem_of(kind: str, rng: np.random.Generator, n: int = 40):
    if kind == "regression":
        return rng.normal(size=n), rng.normal(size=n)
    k = 2 if kind == "binary" else 4
    return rng.integers(0, k, n), np.round(rng.dirichlet(np.ones(k), n), 1)  # rounded: ties are the hard case


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_the_score_of_a_resample_is_the_metric_of_the_repeated_rows(kind, name):
    y, prediction = problem_of(kind, np.random.default_rng(0))
    weights = np.concatenate(list(resample_weights(len(y), 25, seed=3)))
    repeated = [(np.repeat(y, row), np.repeat(prediction, row, axis=0)) for row in weights.astype(int)]
    expected = [METRICS[name].score(rows, predicted) for rows, predicted in repeated]
    np.testing.assert_allclose(score_weighted(METRICS[name], y, prediction, weights), expected, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("kind", "name"), CASES)
def test_sample_weights_mean_what_they_mean_to_the_metric(kind, name):
    rng = np.random.default_rng(1)
    y, prediction = problem_of(kind, rng)
    weights = rng.random((5, len(y)))
    expected = [METRICS[name].score(y, prediction, weight) for weight in weights]
    np.testing.assert_allclose(score_weighted(METRICS[name], y, prediction, weights), expected, rtol=1e-9, atol=1e-12)


def test_an_undefined_score_is_nan():
    y, p = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.5, 0.5]])
    only_ones = np.array([[0.0, 2.0, 1.0]])
    assert np.isnan(score_weighted(METRICS["roc_auc"], y, p, only_ones)).all()


def test_resamples_have_as_many_rows_and_repeat_exactly():
    blocks = [np.concatenate(list(resample_weights(30, 50, seed))) for seed in (1, 1, 2)]
    assert (blocks[0].sum(axis=1) == 30).all()
    np.testing.assert_array_equal(blocks[0], blocks[1])
    assert (blocks[0] != blocks[2]).any()


def test_large_holdouts_come_in_blocks():
    blocks = list(resample_weights(1_500_000, 5, seed=0))
    assert [len(block) for block in blocks] == [2, 2, 1]
