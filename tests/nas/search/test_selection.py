"""The winner: by the mean of two trainings, and of few samples the reference network unless it is clearly beaten."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from automl_flow.nas.search.selection import best_mean, one_standard_error
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.problem_types import problem_type
from tests.nas.problems import facts

Y = np.arange(40) % 2


def record(number: int, epochs: int = 4) -> TrialRecord:
    return TrialRecord(number, {}, (0.9,), "complete", attrs=facts(epochs))


def context(
    y: np.ndarray,
    predictions: dict[int, np.ndarray],
    *,
    classes: bool = True,
    weight: np.ndarray | None = None,
) -> Any:
    kind = problem_type("binary" if classes else "regression")
    return SimpleNamespace(validation=(y, weight), problem_type=kind, read_predictions=predictions.__getitem__)


def sure(confidence: np.ndarray) -> np.ndarray:
    """Probabilities (n, 2) that give the true class *confidence*."""
    right = np.broadcast_to(confidence, Y.shape)
    return np.where((Y == 1)[:, None], np.column_stack([1 - right, right]), np.column_stack([right, 1 - right]))


def lucky() -> np.ndarray:
    """Better on one sample, and worse by a little on the others: ahead in the mean, but not beyond the noise."""
    return np.where(np.arange(40) == 3, 0.99, 0.699)


@pytest.mark.parametrize(("confidence", "taken"), [(np.asarray(0.9), 5), (lucky(), 0), (np.asarray(0.5), 0)])
def test_a_network_has_to_be_ahead_by_more_than_noise(confidence: np.ndarray, taken: int) -> None:
    known = context(Y, {0: sure(np.asarray(0.7)), 5: sure(confidence)})
    assert one_standard_error(known, [record(5), record(0)], record(5)).number == taken


def test_values_are_compared_by_their_squared_errors() -> None:
    y = np.linspace(0.0, 1.0, 40)
    known = context(y, {0: y[:, None] + 0.2, 1: y[:, None] - 0.1}, classes=False)
    assert one_standard_error(known, [record(1), record(0)], record(1)).number == 1


def test_a_reference_that_was_trained_less_or_not_at_all_is_no_measure() -> None:
    known = context(Y, {0: sure(np.asarray(0.7)), 5: sure(np.asarray(0.7))})
    assert one_standard_error(known, [record(5), record(0, 2)], record(5)).number == 5
    assert one_standard_error(known, [record(5)], record(5)).number == 5


def test_the_reference_itself_stays() -> None:
    known = context(Y, {0: sure(np.asarray(0.7))})
    assert one_standard_error(known, [record(0)], record(0)).number == 0


def test_samples_count_by_their_weights() -> None:
    better_on_few = np.where(np.arange(40) < 4, 0.95, 0.65)
    predictions = {0: sure(np.asarray(0.7)), 5: sure(better_on_few)}
    order = [record(5), record(0)]
    assert one_standard_error(context(Y, predictions), order, record(5)).number == 0
    weight = np.where(np.arange(40) < 4, 30.0, 1.0)
    assert one_standard_error(context(Y, predictions, weight=weight), order, record(5)).number == 5


def test_the_mean_of_two_trainings_decides_between_finalists() -> None:
    def trained(number: int, loss: float | None) -> TrialRecord:
        return TrialRecord(number, {}, None if loss is None else (loss,), "complete" if loss is not None else "failed")

    chosen = [trained(4, 0.1), trained(2, 0.2), trained(7, 0.35)]
    assert best_mean(chosen, [trained(4, 0.9), trained(2, 0.4), trained(7, None)]).number == 2
    assert best_mean(chosen, []).number == 4
