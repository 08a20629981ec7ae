"""Sequences of different lengths."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

from automl_flow.core.errors import DataError
from automl_flow.nas.problem import numbers, shape_of
from automl_flow.nas.training.normalization import Normalizer
from automl_flow.tasks.sequences import as_padded, as_sequences, padding

RAGGED = [np.array([[1.0, 2.0, 3.0]]), np.array([[4.0]]), np.array([5.0, 6.0])]
NAN = np.nan


def test_shorter_sequences_get_their_padding_in_front_and_a_channel_that_says_so() -> None:
    found = as_sequences(RAGGED)
    expected = [[[1, 2, 3], [1, 1, 1]], [[NAN, NAN, 4], [0, 0, 1]], [[NAN, 5, 6], [0, 1, 1]]]
    np.testing.assert_array_equal(found, np.asarray(expected, dtype=np.float32))


def test_steps_that_are_nan_at_the_ends_are_padding() -> None:
    array = np.array([[[1.0, 2.0, 3.0]], [[4.0, NAN, NAN]], [[NAN, 5.0, 6.0]]])
    np.testing.assert_array_equal(as_sequences(array), as_sequences(RAGGED))


def test_equal_lengths_stay_as_they_are() -> None:
    x = np.arange(12).reshape(2, 2, 3)
    assert as_sequences(x) is x
    assert as_sequences([np.zeros((2, 3)), np.ones((2, 3))]).shape == (2, 2, 3)


def test_padding_is_told_from_missing_values() -> None:
    x = as_sequences(RAGGED)
    assert padding(x).sum() == 3
    assert numbers(x).shape == x.shape
    x[0, 0, 1] = NAN
    with pytest.raises(DataError, match=r"1 are not \(first positions: \[0\]\)"):
        numbers(x)


def test_padding_becomes_the_mean_and_teaches_no_mean() -> None:
    x = as_sequences(RAGGED)
    prepare = Normalizer.fit(x, "sequence")
    assert float(prepare.mean[0]) == pytest.approx(np.mean([1, 2, 3, 4, 5, 6]))
    assert prepare(torch.from_numpy(x))[1, 0].tolist()[:2] == [0.0, 0.0]


def test_the_shape_knows_that_there_is_padding() -> None:
    shape = shape_of(as_sequences(RAGGED), "sequence", 2)
    assert (shape.padded, shape.channels, shape.steps) == (True, 2, 3)
    assert not shape_of(np.zeros((2, 1, 3)), "sequence", 2).padded


def test_samples_to_predict_are_brought_to_the_learned_length() -> None:
    assert as_padded([np.array([7.0])], 1, 3).shape == (1, 2, 3)
    assert as_padded(np.array([[1.0, 2.0]]), 1, 3).shape == (1, 2, 3)
    padded = as_sequences(RAGGED)
    assert as_padded(padded, 1, 3) is padded


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([np.zeros((1, 3)), np.zeros((2, 3))], r"same channels, got \[1, 2\]"),
        ([np.zeros((1, 3)), np.zeros((1, 0))], "sample 1 must have the shape"),
        ([np.zeros(3), "abc"], "sample 1 cannot be read"),
        (np.array([[1.0, NAN, 2.0], [1.0, 2.0, 3.0]]), "sample 0 has NaN between its values"),
        (np.array([[1.0, 2.0], [NAN, NAN]]), "sample 1 has no values"),
    ],
)
def test_bad_samples_are_named(x: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        as_sequences(x)


def test_a_sample_longer_than_any_that_was_learned_is_refused() -> None:
    with pytest.raises(DataError, match=r"sample 0 has 1 channels and 4 steps; .* to the last 3"):
        as_padded([np.zeros(4)], 1, 3)
