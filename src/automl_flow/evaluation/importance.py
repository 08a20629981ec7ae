"""What the model looks at and what it withstands: the holdout changed a little, and scored again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import generator
from automl_flow.evaluation.intervals import Holdout
from automl_flow.evaluation.resampling import Array
from automl_flow.tasks.metrics import Metric

Samples = pd.DataFrame | NDArray[Any]
Predict = Callable[[Any], Array]
_REPEATS = 3
_FEWEST_ROWS = 100
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


@dataclass(frozen=True)
class Disturbance:
    """The score after the holdout was disturbed.

    Attributes:
        name: What was done.
        score: The metric on the disturbed rows.
        loss: Increase of the metric's loss against the same rows undisturbed.
    """

    name: str
    score: float
    loss: float


def permutation_importance(
    holdout: Holdout, samples: Samples, predict: Predict, metric: Metric, *, row_predictions: int, seed: int
) -> tuple[Importance, ...]:
    """Measure every feature's importance by permutation (Breiman 2001), the most important first.

    Features that carry the same information stand in for one another, and then all seem unimportant.

    Args:
        holdout: The rows that judge.
        samples: Features of the same rows: a table, images (n, h, w, c) or sequences (n, channels, steps).
        predict: Gives probabilities (n, k) or values (n,) of samples.
        metric: The task's metric.
        row_predictions: Rows that may be predicted in total; with many features fewer rows are used, at least 100.
        seed: Draws rows and permutations.
    """
    parts = list(_parts(samples))
    limit = max(_FEWEST_ROWS, row_predictions // (_REPEATS * max(len(parts), 1)))
    rows = _some_rows(len(holdout.y), limit, seed)
    judge, some = holdout.take(rows), _take(samples, rows)
    base = metric.loss(judge.y, predict(some), judge.weight)
    found = []
    for position, (name, where) in enumerate(parts):
        rng = generator(seed, "importance", position)
        shuffled = [_shuffled(some, where, rng.permutation(len(rows))) for _ in range(_REPEATS)]
        predicted = np.split(predict(_stacked(shuffled)), _REPEATS)
        losses = [metric.loss(judge.y, prediction, judge.weight) - base for prediction in predicted]
        found.append(Importance(name, float(np.mean(losses)), float(np.std(losses))))
    return tuple(sorted(found, key=lambda importance: (-importance.loss, importance.feature)))


def robustness(
    holdout: Holdout, samples: Samples, predict: Predict, metric: Metric, *, row_predictions: int, seed: int
) -> tuple[Disturbance, ...]:
    """Score the model on disturbed rows: missing cells (tables) and noise on numbers.

    Args: see :func:`permutation_importance`.
    """
    rows = _some_rows(len(holdout.y), max(_FEWEST_ROWS, row_predictions // 5), seed)
    judge, some = holdout.take(rows), _take(samples, rows)
    base = metric.loss(judge.y, predict(some), judge.weight)
    found = []
    for name, disturbed in _disturbances(some, seed):
        prediction = predict(disturbed)
        loss = metric.loss(judge.y, prediction, judge.weight) - base
        found.append(Disturbance(name, judge.score(metric, prediction), loss))
    return tuple(found)


def _disturbances(samples: Samples, seed: int) -> Iterator[tuple[str, Samples]]:
    if isinstance(samples, pd.DataFrame):
        for share in (0.1, 0.3):
            yield f"{share:.0%} of the cells missing", _with_missing(samples, share, generator(seed, "missing"))
    for scale in (0.1, 0.3):
        name = f"noise of {scale:.0%} of the standard deviation on every number"
        yield name, _with_noise(samples, scale, generator(seed, "noise"))


def _with_missing(table: pd.DataFrame, share: float, rng: np.random.Generator) -> pd.DataFrame:
    holes = rng.random(table.shape) < share
    columns = {name: table[name].mask(holes[:, j]) for j, name in enumerate(table.columns)}
    # Whole numbers and booleans become floats and objects: what a reader makes of a file with gaps.
    return pd.DataFrame(columns, index=table.index)


def _with_noise(samples: Samples, scale: float, rng: np.random.Generator) -> Samples:
    if not isinstance(samples, pd.DataFrame):
        values = samples.astype(np.float32)
        return values + rng.normal(0, scale * float(values.std()), values.shape).astype(np.float32)
    noisy = samples.copy()
    for name in noisy.columns:
        column = noisy[name]
        if pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column):
            values = column.to_numpy(dtype=np.float64, na_value=np.nan)
            finite = values[np.isfinite(values)]
            spread = float(finite.std()) if len(finite) else 0.0
            noisy[name] = values + rng.normal(0, scale * spread, len(values))
    return noisy


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


def _some_rows(n_rows: int, limit: int, seed: int) -> NDArray[np.int64]:
    if n_rows <= limit:
        return np.arange(n_rows)
    return np.sort(generator(seed, "probed rows").choice(n_rows, limit, replace=False))


def _take(samples: Samples, rows: NDArray[np.int64]) -> Samples:
    return samples.iloc[rows].reset_index(drop=True) if isinstance(samples, pd.DataFrame) else samples[rows]
