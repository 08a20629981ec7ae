from __future__ import annotations

import math

import numpy as np
import pytest

from automl_flow.evaluation.intervals import difference, rate, ratio


def of(count: int, rows: int):
    found = rate(np.arange(rows) < count, 0.95)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("count", "rows", "low", "high"),
    [(10, 20, 0.2993, 0.7007), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_intervals_are_wilsons(count, rows, low, high):
    found = of(count, rows)
    assert (found.count, found.rows, found.value) == (count, rows, count / rows)
    assert (found.low, found.high) == (pytest.approx(low, abs=1e-4), pytest.approx(high, abs=1e-4))


def test_nothing_has_no_rate():
    assert rate(np.array([], dtype=bool), 0.95) is None


def test_the_interval_of_a_difference_is_newcombes():
    # Newcombe 1998, example (a): 56/70 against 48/80 gives 0.0524 to 0.3339
    found = difference(of(56, 70), of(48, 80))
    assert found.value == pytest.approx(0.2)
    assert (found.low, found.high) == (pytest.approx(0.0524, abs=1e-4), pytest.approx(0.3339, abs=1e-4))


def test_the_interval_of_a_ratio_by_hand():
    found = ratio(of(10, 50), of(20, 50), 0.95)
    assert found is not None
    factor = math.exp(1.959964 * math.sqrt(1 / 10 - 1 / 50 + 1 / 20 - 1 / 50))
    assert (found.value, found.low, found.high) == (0.5, pytest.approx(0.5 / factor), pytest.approx(0.5 * factor))


def test_a_ratio_to_nothing_is_none_and_of_nothing_is_zero():
    assert ratio(of(0, 10), of(0, 10), 0.95) is None
    found = ratio(of(0, 10), of(5, 10), 0.95)
    assert found is not None
    assert found.value == 0.0
    assert found.low == 0.0
    assert found.high > 0.0
