"""Results in plain words and rounded numbers."""

from __future__ import annotations

import math

from automl_flow.evaluation import LIGHTGBM, MODEL, PRIOR, Comparison, Evaluation
from automl_flow.evaluation.intervals import Interval

_NAMES = {MODEL: "this model", LIGHTGBM: "default LightGBM"}
_METRICS = {
    "roc_auc": "area under the ROC curve",
    "log_loss": "log loss",
    "brier": "Brier score",
    "average_precision": "average precision",
    "balanced_accuracy": "balanced accuracy",
    "f1": "F1",
    "f1_macro": "F1, mean over classes",
    "mcc": "Matthews correlation",
    "rmse": "root mean squared error",
    "mae": "mean absolute error",
    "r2": "R²",
    "mape": "mean absolute percentage error",
    "rmsle": "root mean squared log error",
    "median_absolute_error": "median absolute error",
}


def number(value: float | None, digits: int = 4) -> str:
    """Write a number with *digits* significant digits, never in scientific notation below 10^9."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    if decimals > digits + 4 or abs(value) >= 1e9:
        return f"{value:.{digits - 1}e}"
    return f"{round(value, decimals):,.{max(decimals, 0)}f}".replace("-", "−")


def share(value: float | None) -> str:
    """Write a share as a percentage."""
    return "–" if value is None else f"{value:.1%}"


def spread(interval: Interval) -> str:
    """Write the two ends of an interval."""
    return f"{number(interval.low)} to {number(interval.high)}"


def model_name(name: str, problem: str) -> str:
    """Name a prediction as a reader knows it."""
    if name == PRIOR:
        return "mean of the target" if problem == "regression" else "class frequencies"
    return _NAMES.get(name, name)


def metric_name(name: str) -> str:
    """Name a metric as a reader knows it."""
    return _METRICS.get(name, name.replace("_", " "))


def direction(evaluation: Evaluation) -> str:
    """Say which way the task's metric is better."""
    return "higher is better" if evaluation.greater_is_better else "lower is better"


def compared(comparison: Comparison, evaluation: Evaluation) -> str:
    """Say in a sentence how the model does against another."""
    other = model_name(comparison.against, evaluation.problem)
    gain, word = comparison.gain, "better"
    if gain.low == gain.value == gain.high == 0:
        return f"Equal to {other}."
    if gain.value < 0:  # by how much it is worse is a positive number, too
        gain, word = Interval(-gain.value, -gain.high, -gain.low), "worse"
    told = f"{number(gain.value)} {word} than {other} ({evaluation.confidence:.0%} interval {spread(gain)})"
    return f"{told}." if comparison.decided else f"{told}: this holdout is too small to tell them apart."


def optimism(evaluation: Evaluation) -> str:
    """Say in a sentence whether the search promised too much."""
    gap = evaluation.optimism
    if gap is None or evaluation.search_score is None:
        return "The search left no score to compare with."
    told = (
        f"The search expected {number(evaluation.search_score)}, the holdout says {number(evaluation.headline.value)}"
    )
    between = f"{evaluation.confidence:.0%} interval of the difference {spread(gap)}"
    if gap.low > 0:
        return f"{told}: the search promised too much ({between}). Trust the holdout."
    if gap.high < 0:
        return f"{told}: better than promised ({between})."
    return f"{told}: no sign that the search overfitted ({between})."
