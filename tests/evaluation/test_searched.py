from __future__ import annotations

import numpy as np
import pytest

from automl_flow.evaluation.intervals import Holdout, bootstrap_scores
from automl_flow.evaluation.searched import MIN_VERDICT_ROWS, ValidationPredictions, compare_with_search
from automl_flow.tasks.metrics import METRICS

ACCURACY = METRICS["accuracy"]
rng = np.random.default_rng(0)


def hits(n: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """Targets and predictions of which a share is right."""
    y = np.arange(n) % 2
    said = np.where(np.arange(n) < round(share * n), y, 1 - y)
    return y, np.eye(2)[said]


def compared(n_search: int, n_holdout: int, *, search: float = 0.9, holdout: float = 0.8):
    y, p = hits(n_holdout, holdout)
    draws = bootstrap_scores(Holdout(y), {"m": (ACCURACY, p)}, 2000, 1)["m"]
    validation = ValidationPredictions(*hits(n_search, search), None, out_of_fold=True, trials=7)
    return compare_with_search(validation, ACCURACY, holdout, draws, rows=n_holdout, confidence=0.95, seed=0)


def test_score_rows_and_trials_are_those_that_judged():
    found = compared(200, 100)
    assert (found.score, found.rows, found.trials, found.out_of_fold) == (0.9, 200, 7, True)
    assert found.optimism.value == pytest.approx(0.1)


def test_the_interval_counts_the_chance_in_both_scores():
    found = compared(200, 100).optimism
    deviation = np.sqrt(0.9 * 0.1 / 200 + 0.8 * 0.2 / 100)
    assert found.high - found.low == pytest.approx(2 * 1.96 * deviation, rel=0.1)
    of_the_holdout_alone = 2 * 1.96 * np.sqrt(0.8 * 0.2 / 100)
    assert found.high - found.low > 1.05 * of_the_holdout_alone


def test_few_rows_of_the_search_make_a_wide_interval():
    narrow, wide = compared(2000, 400).optimism, compared(54, 400).optimism
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


@pytest.mark.parametrize(("n_search", "n_holdout"), [(MIN_VERDICT_ROWS - 2, 400), (400, MIN_VERDICT_ROWS - 2)])
def test_few_rows_on_either_side_are_not_enough_for_a_verdict(n_search, n_holdout):
    assert not compared(n_search, n_holdout).enough
    assert compared(MIN_VERDICT_ROWS, MIN_VERDICT_ROWS).enough


def test_a_score_without_an_error_has_no_interval_that_could_be_believed():
    assert not compared(287, 370, search=1.0, holdout=0.9).varied
    assert not compared(287, 370, search=0.9, holdout=1.0).varied
    assert compared(287, 370).varied


def test_weights_of_the_search_count():
    y, p = hits(10, 0.5)
    validation = ValidationPredictions(y, p, np.r_[np.ones(5), np.zeros(5)], out_of_fold=False, trials=1)
    draws = np.full(300, 0.5)
    assert compare_with_search(validation, ACCURACY, 0.5, draws, rows=10, confidence=0.95, seed=0).score == 1.0


def test_the_sign_is_that_of_better_whatever_the_metric():
    y = rng.normal(size=200)
    validation = ValidationPredictions(y, y + 1.0, None, out_of_fold=True, trials=1)  # an error of exactly 1
    draws = np.full(300, 3.0)
    found = compare_with_search(validation, METRICS["rmse"], 3.0, draws, rows=200, confidence=0.95, seed=0)
    assert found.optimism.value == pytest.approx(2.0)
