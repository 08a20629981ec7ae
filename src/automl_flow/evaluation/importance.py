"""Permutation importance: the score that is lost when one input is shuffled between the rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import generator
from automl_flow.evaluation.intervals import Holdout
from automl_flow.evaluation.samples import Predict, Samples, some_rows, take
from automl_flow.tasks.metrics import Metric

_REPEATS = 3
_MIN_ROWS = 100
_DECIMALS = 12  # beyond them is what adding up in another order changes
_BLOCKS = 4  # an image is permuted in a grid of 4 × 4 blocks


@dataclass(frozen=True)
class Importance:
    """What the score loses when a feature is shuffled between the rows.

    Attributes:
        feature: A column, a channel of a sequence, or a block of an image.
        loss: Mean increase of the metric's loss (its unit is that of the metric); around 0 for an unused feature.
        deviation: Standard deviation over the repetitions.
    """

    feature: str
    loss: float
    deviation: float


def permutation_importance(
    holdout: Holdout, samples: Samples, predict: Predict, metric: Metric, *, row_predictions: int, seed: int
) -> tuple[Importance, ...]:
    """Measure every feature's importance by permutation (Breiman 2001), the most important first.

    Features that carry the same information stand in for one another, and then all seem unimportant.

    Args:
        holdout: The rows to score on.
        samples: Features of the same rows: a table, images (n, h, w, c) or sequences (n, channels, steps).
        predict: Gives probabilities (n, k) or values (n,) of samples.
        metric: The task's metric.
        row_predictions: Rows that may be predicted in total; with many features fewer rows are used, at least 100.
        seed: Draws rows and permutations.
    """
    parts = list(_parts(samples))
    limit = max(_MIN_ROWS, row_predictions // (_REPEATS * max(len(parts), 1)))
    rows = some_rows(len(holdout.y), limit, seed)
    probed, some = holdout.take(rows), take(samples, rows)
    base = metric.loss(probed.y, predict(some), probed.weight)
    found = []
    for position, (name, where) in enumerate(parts):
        rng = generator(seed, "importance", position)
        shuffled = [_shuffled(some, where, rng.permutation(len(rows))) for _ in range(_REPEATS)]
        predicted = np.split(predict(_stacked(shuffled)), _REPEATS)
        losses = [metric.loss(probed.y, prediction, probed.weight) - base for prediction in predicted]
        found.append(
            Importance(name, round(float(np.mean(losses)), _DECIMALS), round(float(np.std(losses)), _DECIMALS))
        )
    return tuple(sorted(found, key=lambda importance: (-importance.loss, importance.feature)))


def _parts(samples: Samples) -> Iterator[tuple[str, Any]]:
    """Names of the features, and where they stand: a column, or an index into the array's axes after the first."""
    if isinstance(samples, pd.DataFrame):
        yield from ((str(name), name) for name in samples.columns)
    elif samples.ndim == 3:
        yield from ((f"channel {c}", (slice(None), c)) for c in range(samples.shape[1]))
    else:
        heights, widths = (np.array_split(np.arange(n), min(_BLOCKS, n)) for n in samples.shape[1:3])
        for h in heights:
            for w in widths:
                where = (slice(None), slice(h[0], h[-1] + 1), slice(w[0], w[-1] + 1))
                yield f"rows {h[0]}–{h[-1]}, columns {w[0]}–{w[-1]}", where


def _shuffled(samples: Samples, where: Any, order: NDArray[np.int64]) -> Samples:
    if isinstance(samples, pd.DataFrame):
        return samples.assign(**{where: samples[where].array[order]})
    changed = samples.copy()
    changed[where] = samples[order][where]
    return changed


def _stacked(copies: list[Samples]) -> Samples:
    if isinstance(copies[0], pd.DataFrame):
        return pd.concat([pd.DataFrame(copy) for copy in copies], ignore_index=True)
    return np.concatenate([np.asarray(copy) for copy in copies])
