"""Nearest neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import ArtifactError
from automl_flow.models.family import Array, FitContext, Fitted, FoldData, ModelFamily, Params, plain_predict
from automl_flow.serialization.tensors import dump_tensors, load_tensors
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

_WEIGHTS = ("uniform", "distance")


def build(params: Params, context: FitContext) -> Any:
    """Return a nearest-neighbour estimator; there are never more neighbours than rows."""
    return _learner(
        min(int(params["neighbors"]), context.n_rows),
        params["weights"],
        int(params["power"]),
        classes=context.has_classes,
        threads=context.threads,
    )


def _learner(neighbors: int, weights: str, power: int, *, classes: bool, threads: int = 1) -> Any:
    from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor

    kind = KNeighborsClassifier if classes else KNeighborsRegressor
    return kind(n_neighbors=neighbors, weights=weights, p=power, n_jobs=threads)


@dataclass(frozen=True)
class Neighbours:
    """Rows with their targets, and the index over them.

    The index is never stored: it holds row numbers that scikit-learn follows unchecked, and is quickly made again.

    Attributes:
        learner: scikit-learn's estimator, fitted.
        X: The rows.
        y: Class codes, or values; (n, k) for k targets.
    """

    learner: Any
    X: NDArray[Any]
    y: NDArray[Any]

    @classmethod
    def of(cls, learner: Any, X: Any, y: NDArray[Any]) -> Neighbours:
        """Make the index."""
        rows = np.ascontiguousarray(X)
        return cls(learner.fit(rows, y), rows, y)


def fit(learner: Any, data: FoldData, context: FitContext) -> Fitted:
    """Keep the rows; weights play no part. Labels are values whose mean is a probability."""
    y = data.y if context.has_classes else data.y.astype(np.float64)
    return Fitted(Neighbours.of(learner, data.X, y))


def predict(model: Neighbours, X: Any, problem: Problem) -> Array:
    """Predict probabilities (n, k) or values (n, 1)."""
    return plain_predict(model.learner, X, problem)


def dump(model: Neighbours) -> bytes:
    """Store the rows and what is done with them."""
    asked = [model.learner.n_neighbors, _WEIGHTS.index(model.learner.weights), model.learner.p]
    values = model.y.dtype.kind == "f"
    return dump_tensors(
        {
            "rows": model.X,
            "values": model.y.ravel() if values else np.empty(0),
            "codes": np.empty(0, dtype=np.int64) if values else model.y.astype(np.int64),
            "settings": np.array(asked, dtype=np.int64),
        }
    )


def load(content: bytes) -> Neighbours:
    """Read what :func:`dump` gave, and make the index again.

    Raises:
        ArtifactError: The arrays do not fit together.
    """
    kinds = {"rows": ("f4|f8", 2), "values": ("f8|f4", 1), "codes": ("i8", 1), "settings": ("i8", 1)}
    arrays = load_tensors(content, kinds)
    rows, values, codes = arrays["rows"], arrays["values"], arrays["codes"]
    several = len(values) // max(len(rows), 1)
    if several > 1 and len(values) == several * len(rows):
        values = values.reshape(len(rows), several)
    if len(values) + len(codes) != len(rows) or (len(values) and len(codes)) or arrays["settings"].size != 3:
        raise ArtifactError(f"{len(values) + len(codes)} targets for {len(rows)} rows")
    neighbors, weights, power = (int(number) for number in arrays["settings"])
    if not 1 <= neighbors <= len(rows) or weights not in (0, 1) or power not in (1, 2):
        raise ArtifactError(f"settings {neighbors}, {weights}, {power} are none of nearest neighbours")
    classes = np.unique(codes)
    if not np.array_equal(classes, np.arange(len(classes))):
        raise ArtifactError("classes must be numbered from 0, and each must occur")
    learner = _learner(neighbors, _WEIGHTS[weights], power, classes=not len(values))
    return Neighbours.of(learner, rows, values if len(values) else codes)


def suggest(trial: BaseTrial, context: FitContext) -> Params:  # noqa: ARG001 - one signature for all families
    """Suggest the number of neighbours, their weights and the distance."""
    return {
        "neighbors": trial.suggest_int("neighbors", 1, 100, log=True),
        "weights": trial.suggest_categorical("weights", ["uniform", "distance"]),
        "power": trial.suggest_categorical("power", [1, 2]),
    }


def portfolio(context: FitContext) -> tuple[Params, ...]:  # noqa: ARG001 - one signature for all families
    """Return two sizes of neighbourhood."""
    return (
        {"neighbors": 12, "weights": "distance", "power": 2},
        {"neighbors": 40, "weights": "distance", "power": 2},
    )


def seconds(params: Params, context: FitContext) -> float:
    """Guess the seconds of one fit, its own predictions included: they are where the work is."""
    return 0.02 + work_of(context, int(params["power"])) * 1e-6 * context.n_rows / 4


def work(model: Neighbours, context: FitContext) -> float:
    """Guess the microseconds to predict a row: a distance to every training row."""
    return work_of(context, int(model.learner.p))


def work_of(context: FitContext, power: int) -> float:
    """Microseconds per predicted row; other distances than the Euclidean have no fast product."""
    per_pair = 0.004 + 0.0001 * context.n_columns if power == 2 else 0.002 * context.n_columns
    return 1.0 + per_pair * context.n_rows


ENTRY = ModelFamily(
    name="knn",
    problems=("binary", "multiclass", "regression", "multilabel", "multioutput"),
    encoding="scaled",
    build=build,
    suggest=suggest,
    portfolio=portfolio,
    seconds=seconds,
    work=work,
    max_rows=50_000,
    seeded=False,
    fit=fit,
    predict=predict,
    dump=dump,
    load=load,
    portfolio_ranks=(70, 240),
    preload=("sklearn.neighbors",),
)
