"""Robustness: the holdout is disturbed in one way at a time, and scored again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import generator
from automl_flow.evaluation.intervals import Holdout
from automl_flow.evaluation.samples import Predict, Samples, some_rows, take
from automl_flow.tasks.metrics import Metric

_DEGREES = (0.1, 0.3)
_LABELS = ("categorical", "ordinal", "boolean")  # roles of columns whose values are names, of any type
_SCORED = 7  # times that the rows are predicted, at most
_MIN_ROWS = 100
_Change = Callable[["pd.Series[Any]", float, np.random.Generator], "pd.Series[Any]"]


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


def robustness(
    holdout: Holdout,
    samples: Samples,
    predict: Predict,
    metric: Metric,
    *,
    roles: Mapping[str, str],
    row_predictions: int,
    seed: int,
) -> tuple[Disturbance, ...]:
    """Score the model on disturbed rows.

    Cells of a table are emptied; labels are replaced by those of other rows; noise is added to numbers. Each is done
    alone, so that none is taken for another. Noise on the code of a category would make a code that does not exist,
    which models take for a missing value: that is why only numeric columns get it. Images and sequences get noise.

    Args:
        holdout: The rows to score on.
        samples: Features of the same rows: a table, images (n, h, w, c) or sequences (n, channels, steps).
        predict: Gives probabilities (n, k) or values (n,) of samples.
        metric: The task's metric.
        roles: Role of every column of a table; others are left as they are but for emptied cells.
        row_predictions: Rows that may be predicted in total; fewer rows are used where they do not suffice, at least
            100.
        seed: Draws rows, cells and noise.
    """
    rows = some_rows(len(holdout.y), max(_MIN_ROWS, row_predictions // _SCORED), seed)
    probed, some = holdout.take(rows), take(samples, rows)
    base = metric.loss(probed.y, predict(some), probed.weight)
    found = []
    for name, disturbed in _disturbances(some, roles, seed):
        prediction = predict(disturbed)
        loss = metric.loss(probed.y, prediction, probed.weight) - base
        found.append(Disturbance(name, probed.score(metric, prediction), loss))
    return tuple(found)


def _disturbances(samples: Samples, roles: Mapping[str, str], seed: int) -> Iterator[tuple[str, Samples]]:
    if not isinstance(samples, pd.DataFrame):
        kind = "channels" if samples.ndim == 3 else "pixels"
        for scale in _DEGREES:
            name = f"noise of {scale:.0%} of their standard deviation on all {kind}"
            yield name, _noise_on_array(samples, scale, generator(seed, "noise"))
        return
    numbers = [name for name in samples.columns if roles.get(str(name)) == "numeric"]
    labels = [name for name in samples.columns if roles.get(str(name)) in _LABELS]
    changes: tuple[tuple[str, list[str], _Change], ...] = (
        ("{:.0%} of all cells missing", list(samples.columns), _emptied),
        (f"{{:.0%}} of the cells of {_columns(labels, 'categorical')} with the value of another row", labels, _swapped),
        (f"noise of {{:.0%}} of its standard deviation on {_columns(numbers, 'numeric')}", numbers, _noisy),
    )
    for told, names, change in changes:
        for degree in _DEGREES if names else ():
            rng = generator(seed, change.__name__)
            changed = {name: change(samples[name], degree, rng) for name in names}
            yield told.format(degree), samples.assign(**changed)


def _columns(names: list[str], kind: str) -> str:
    return f"the {kind} column" if len(names) == 1 else f"each of the {len(names)} {kind} columns"


def _emptied(column: pd.Series[Any], share: float, rng: np.random.Generator) -> pd.Series[Any]:
    # Whole numbers and booleans become floats and objects: what a reader makes of a file with gaps.
    return column.mask(rng.random(len(column)) < share)


def _swapped(column: pd.Series[Any], share: float, rng: np.random.Generator) -> pd.Series[Any]:
    order, chosen = rng.permutation(len(column)), rng.random(len(column)) < share
    return column.iloc[np.where(chosen, order, np.arange(len(column)))].set_axis(column.index)


def _noisy(column: pd.Series[Any], scale: float, rng: np.random.Generator) -> pd.Series[Any]:
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        column = pd.to_numeric(column, errors="coerce")  # numbers that are written as text
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    finite = values[np.isfinite(values)]
    spread = float(finite.std()) if len(finite) else 0.0
    return pd.Series(values + rng.normal(0, scale * spread, len(values)), index=column.index)


def _noise_on_array(samples: NDArray[Any], scale: float, rng: np.random.Generator) -> NDArray[np.float32]:
    values = samples.astype(np.float32)
    spread = float(np.nanstd(values))
    return np.asarray(values + rng.normal(0, scale * spread, values.shape), dtype=np.float32)
