"""Metrics of the user's own: functions of the truth and the predictions, and scikit-learn's scorers."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.tasks.metrics._metric import Array, Metric, Needs
from automl_flow.tasks.metrics._ours import METRICS, pinball_level
from automl_flow.tasks.types import Label, Problem

_PROBLEMS: dict[str, tuple[Problem, ...]] = {
    "probability": ("binary", "multiclass", "multilabel"),
    "label": ("binary", "multiclass", "multilabel"),
    "value": ("regression", "multioutput"),
}


def make_metric(
    function: Callable[..., float], *, greater_is_better: bool, needs: Needs = "value", name: str | None = None
) -> Metric:
    """Make a metric of a function ``f(y_true, y_pred) -> float``.

    Args:
        function: Compares the truth (classes as they stand in the data, or values) with predictions. It may have an
            argument ``sample_weight``. Functions of a notebook or a script, closures and lambdas are welcome.
        greater_is_better: Direction.
        needs: What it is given as predictions: ``value`` in regression; in classification ``label``, the predicted
            classes, or ``probability``, an array (n, classes) in the order of ``classes_``.
        name: What the metric is called; default: the function's name.

    Raises:
        ConfigError: *needs* is unknown, or the name belongs to another metric.
    """
    if needs not in _PROBLEMS:
        raise ConfigError(f"make_metric.needs: got {needs!r}{nearest(needs, _PROBLEMS)}")
    name = name or str(getattr(function, "__name__", type(function).__name__)).strip("<>")
    if name in METRICS or pinball_level(name) is not None:
        raise ConfigError(f"make_metric.name: {name!r} is a metric of the package; choose another name")
    return Metric(name, greater_is_better, needs, _PROBLEMS[needs], OwnFunction(function, needs))


def from_scorer(scorer: Any, problem: Problem) -> Metric:
    """Make a metric of what ``sklearn.metrics.make_scorer`` gave.

    Raises:
        ConfigError: The scorer wants what no predictions here can give: neither labels, values nor probabilities.
    """
    responses = scorer._response_method
    responses = (responses,) if isinstance(responses, str) else tuple(responses)
    if not {"predict", "predict_proba"} & set(responses):
        raise ConfigError(f"metric: a scorer must take 'predict' or 'predict_proba', this one takes {responses[0]!r}")
    needs: Needs = (
        "probability" if "predict_proba" in responses else "label" if problem in _PROBLEMS["label"] else "value"
    )
    own = OwnFunction(scorer._score_func, needs, options=dict(scorer._kwargs), one_column=True)
    name = f"{getattr(scorer._score_func, '__name__', 'function')} (scorer)"
    return Metric(name, scorer._sign > 0, needs, _PROBLEMS[needs], own)


@dataclass(frozen=True)
class OwnFunction:
    """A user's function, called as ours are: with class codes and probabilities, or with values.

    Attributes:
        function: The user's.
        needs: What it compares.
        classes: Class of each code; it is given these instead of codes.
        options: Further arguments.
        one_column: Of two classes it wants the probability of the last one alone, as scikit-learn's metrics do.
    """

    function: Callable[..., float]
    needs: Needs
    classes: tuple[Label, ...] | None = None
    options: dict[str, Any] | None = None
    one_column: bool = False

    def __call__(self, y: NDArray[np.generic], prediction: Array, weight: Array | None) -> float:
        """Score; a function that takes no weights is given rows as often as whole weights say, others count once."""
        options = dict(self.options or {})
        if weight is not None and "sample_weight" in inspect.signature(self.function).parameters:
            options["sample_weight"] = weight
        elif weight is not None and (weight == np.round(weight)).all():
            y, prediction = (
                np.repeat(y, weight.astype(np.int64)),
                np.repeat(prediction, weight.astype(np.int64), axis=0),
            )
        if y.ndim == 2 and self.needs == "label":
            return float(self.function(y, (prediction >= 0.5).astype(np.int64), **options))
        if prediction.ndim == 2 and self.needs == "label":
            return float(self.function(self._named(y), self._named(prediction.argmax(axis=1)), **options))
        if y.ndim == 1 and prediction.ndim == 2 and self.one_column and prediction.shape[1] == 2:
            prediction = prediction[:, 1]
        return float(self.function(self._named(y), prediction, **options))

    def _named(self, codes: NDArray[Any]) -> NDArray[Any]:
        if self.classes is None:
            return codes
        kinds = {type(label) for label in self.classes}
        return np.asarray(self.classes, dtype=None if len(kinds) == 1 else object)[codes.astype(np.int64)]

    def __getstate__(self) -> dict[str, Any]:
        """Let functions without an importable name, such as those of a notebook, reach worker processes."""
        from joblib import wrap_non_picklable_objects

        return {**vars(self), "function": wrap_non_picklable_objects(self.function, keep_wrapper=False)}


def for_classes(metric: Metric, classes: tuple[Label, ...] | None) -> Metric:
    """Return *metric* for targets with these classes: a user's function sees them, ours look at codes."""
    if not isinstance(metric.function, OwnFunction):
        return metric
    return replace(metric, function=replace(metric.function, classes=classes))
