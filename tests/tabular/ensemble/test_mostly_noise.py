from __future__ import annotations

import numpy as np
import pytest

from automl_flow.tabular.ensemble.bagging import mostly_noise
from automl_flow.tasks.problem_types import problem_type

BINARY, REGRESSION = problem_type("binary"), problem_type("regression")
CODES = np.tile([0, 1, 1, 1], 25)


def chances(confidence: float) -> np.ndarray:
    """Probabilities (n, 2) that give the true class *confidence*."""
    return np.where(CODES[:, None] == np.arange(2), confidence, 1 - confidence)


@pytest.mark.parametrize(("confidence", "noise"), [(0.95, False), (0.6, True), (0.0, True)])
def test_classes_are_judged_by_the_log_loss_of_their_shares(confidence, noise):
    assert mostly_noise(chances(confidence), CODES, BINARY) is noise


def test_values_are_judged_by_their_variance():
    y = np.random.default_rng(0).normal(size=400)
    assert not mostly_noise((0.4 * y)[:, None], y, REGRESSION)  # leaves 0.36 of it
    assert mostly_noise((0.2 * y)[:, None], y, REGRESSION)  # leaves 0.64


def test_rows_count_by_their_weights():
    clear = np.where(np.arange(100)[:, None] < 10, chances(0.99), chances(0.6))
    assert mostly_noise(clear, CODES, BINARY)
    assert not mostly_noise(clear, CODES, BINARY, np.where(np.arange(100) < 10, 100.0, 1.0))
