"""Rows to probe a model with: a table's, images or sequences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import generator
from automl_flow.evaluation.resampling import Array

Samples = pd.DataFrame | NDArray[Any]
Predict = Callable[[Any], Array]


@dataclass(frozen=True)
class Probe:
    """The rows of the holdout, and a way to predict them when they have been changed.

    Attributes:
        samples: Raw rows, with sensitive columns, or images (n, h, w, c) or sequences (n, channels, steps).
        predict: Gives probabilities (n, k) or values (n,) of such samples; ``None`` leaves out what needs it.
        roles: Role of every column of a table; noise is added to numeric ones.
    """

    samples: Samples
    predict: Predict | None = None
    roles: Mapping[str, str] = field(default_factory=dict)


def some_rows(n_rows: int, limit: int, seed: int) -> NDArray[np.int64]:
    """Positions of at most *limit* of *n_rows* rows, drawn at random, in order."""
    if n_rows <= limit:
        return np.arange(n_rows)
    return np.sort(generator(seed, "probed rows").choice(n_rows, limit, replace=False))


def take(samples: Samples, rows: NDArray[np.int64]) -> Samples:
    """Some of the samples; rows of a table are numbered anew."""
    return samples.iloc[rows].reset_index(drop=True) if isinstance(samples, pd.DataFrame) else samples[rows]
