"""Padding of sequences of different lengths to one array, with a mask channel.

Padding goes in front, so that the last step stays last for recurrent layers and ``last`` pooling. Padded values are
NaN, which the first layer replaces by the mean; the mask channel is 1 for values and 0 for padding.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import DataError

Array = NDArray[Any]


def as_sequences(x: Any) -> Array:
    """Return samples as one array, (n, channels, steps) or (n, steps), with a mask channel if lengths differ.

    Args:
        x: An array, in which leading and trailing steps that are NaN in all channels count as padding; or a list of
            arrays (channels, steps) or (steps,).

    Raises:
        DataError: Samples have different channels, or missing values in between.
    """
    parts = _parts(x)
    if not parts:
        return np.asarray(x)
    if len({part.shape[0] for part in parts}) > 1:
        raise DataError(f"samples must have the same channels, got {sorted({part.shape[0] for part in parts})}")
    lengths = {part.shape[1] for part in parts}
    return np.stack(parts) if len(lengths) == 1 else pad(parts, max(lengths))


def as_padded(x: Any, channels: int, steps: int) -> Array:
    """Return samples in the shape that a network was trained on, (n, channels + 1, steps).

    Raises:
        DataError: A sample has other channels, or is longer than the longest training sample.
    """
    array = np.asarray(x) if hasattr(x, "shape") else None
    if array is not None and array.dtype.kind != "O" and array.ndim == 3 and array.shape[1:] == (channels + 1, steps):
        return array  # padded already
    parts = _parts(x)
    if parts is None:
        whole = np.asarray(x)
        if whole.ndim not in (2, 3):
            raise DataError(f"samples must have the shape (n, {channels}, steps), got {whole.shape}")
        parts = list(whole.reshape(len(whole), -1, whole.shape[-1]))
    for position, part in enumerate(parts):
        if part.shape[0] != channels or part.shape[1] > steps:
            raise DataError(
                f"sample {position} has {part.shape[0]} channels and {part.shape[1]} steps; the network was "
                f"trained on {channels} channels and at most {steps} steps (cut longer samples to the last {steps})"
            )
    return pad(parts, steps)


def pad(parts: list[Array], steps: int) -> Array:
    """Pad arrays (channels, at most *steps*) to one array (n, channels + 1, steps)."""
    padded = np.full((len(parts), parts[0].shape[0] + 1, steps), np.nan, dtype=np.float32)
    padded[:, -1] = 0.0
    for row, part in zip(padded, parts, strict=True):
        row[:-1, steps - part.shape[1] :] = part
        row[-1, steps - part.shape[1] :] = 1.0
    return padded


def padding(x: Array) -> NDArray[np.bool_]:
    """Mask of the values that :func:`pad` has padded, in the shape of *x*."""
    absent = np.isnan(x[:, :-1]).all(axis=1, keepdims=True) & (x[:, -1:] == 0.0)
    return np.concatenate([np.repeat(absent, x.shape[1] - 1, axis=1), np.zeros_like(absent)], axis=1)


def _parts(x: Any) -> list[Array] | None:
    """Samples as arrays (channels, steps) without padding; ``None`` for one array without NaN."""
    array = x if isinstance(x, np.ndarray) and x.dtype.kind != "O" else None
    if array is None and isinstance(x, np.ndarray | list | tuple):
        return [_part(part, position) for position, part in enumerate(x)]
    if array is None or array.dtype.kind != "f" or array.ndim not in (2, 3) or not np.isnan(array).any():
        return None
    return [_stripped(_part(part, position), position) for position, part in enumerate(array)]


def _part(part: Any, position: int) -> Array:
    try:
        array = np.asarray(part, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(f"sample {position} cannot be read as an array of numbers ({error})") from None
    if array.ndim == 1:
        array = array[None]
    if array.ndim != 2 or 0 in array.shape:
        raise DataError(f"sample {position} must have the shape (channels, steps) or (steps,), got {array.shape}")
    return array


def _stripped(part: Array, position: int) -> Array:
    """The steps from the first to the last that has values."""
    there = np.flatnonzero(~np.isnan(part).all(axis=0))
    if len(there) == 0:
        raise DataError(f"sample {position} has no values, all are NaN")
    part = part[:, there[0] : there[-1] + 1]
    if np.isnan(part).any():
        raise DataError(
            f"sample {position} has NaN between its values; only whole leading or trailing steps count as padding: "
            "fill in the others"
        )
    return part
