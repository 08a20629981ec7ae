"""Judging a model on the holdout that no search has seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from automl_flow.core.errors import DataError
from automl_flow.evaluation.classification import describe_classification
from automl_flow.evaluation.config import EvaluationConfig
from automl_flow.evaluation.evaluation import Evaluation
from automl_flow.evaluation.fairness import Group, fairness_gaps, slice_groups
from automl_flow.evaluation.intervals import Holdout, Interval, bootstrap_scores, compare, interval
from automl_flow.evaluation.probing import Disturbance, Importance, Predict, Samples, permutation_importance, robustness
from automl_flow.evaluation.regression import describe_regression
from automl_flow.evaluation.resampling import Array
from automl_flow.tasks.metrics import METRICS, Metric, get_metric, metric_names
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import Target

MODEL = "model"


def evaluate(
    task: TaskSpec,
    target_train: Target,
    target_holdout: Target,
    predictions_holdout: Mapping[str, Array],
    search_score: float | None,
    *,
    X_holdout: Samples | None,
    config: EvaluationConfig,
    seed: int,
    predict: Predict | None = None,
    weight: Array | None = None,
) -> Evaluation:
    """Judge a model on the holdout.

    Args:
        task: Gives the metric and the sensitive columns.
        target_train: Target of the training rows (for the class shares).
        target_holdout: Target of the holdout, encoded with the same classes.
        predictions_holdout: Probabilities (n, k) or values (n,) by name. ``"model"`` is what is judged; the others
            (baselines, members of an ensemble, a network alone) are what it is compared with.
        search_score: Score (not loss) of the model by the search, out-of-fold, by the task's metric.
        X_holdout: Raw rows of the holdout: a table with the sensitive columns, or arrays. ``None`` leaves out
            groups, importance and robustness.
        config: Settings.
        seed: Draws resamples and permutations.
        predict: Gives probabilities or values of raw rows; ``None`` leaves out importance and robustness.
        weight: Weights of the holdout's rows.

    Raises:
        DataError: There are no rows, there is no prediction called ``"model"``, or a prediction has another shape
            than the target or values that are not finite.
    """
    predictions = _checked(predictions_holdout, target_holdout)
    model, classes = predictions[MODEL], target_holdout.classes
    holdout = Holdout(target_holdout.values, weight)
    metric = get_metric(task.metric_name, task.problem)
    values = {name: holdout.score(metric, prediction) for name, prediction in predictions.items()}
    applying = {name: METRICS[name] for name in metric_names(task.problem)}
    draws = bootstrap_scores(
        holdout,
        {
            **{_draws_of(name): (metric, prediction) for name, prediction in predictions.items()},
            **{name: (applied, model) for name, applied in applying.items()},
        },
        config.bootstrap,
        seed,
    )
    by_model = {name: draws[_draws_of(name)] for name in predictions}
    groups = _groups(task, holdout, model, metric, X_holdout)
    importance, withstood = _probed(holdout, X_holdout, predict, metric, config=config, seed=seed)
    return Evaluation(
        task=task.name,
        problem=task.problem,
        metric=metric.name,
        greater_is_better=metric.greater_is_better,
        confidence=config.confidence,
        classes=classes,
        n_train=len(target_train.values),
        n_holdout=len(target_holdout.values),
        class_shares=_class_shares(target_train, target_holdout),
        scores={name: {m: holdout.score(applying[m], p) for m in applying} for name, p in predictions.items()},
        intervals={name: interval(values[name], by_model[name], config.confidence) for name in values},
        metric_intervals={
            name: interval(holdout.score(applied, model), draws[name], config.confidence)
            for name, applied in applying.items()
        },
        search_score=search_score,
        optimism=_optimism(search_score, values[MODEL], by_model[MODEL], metric, config.confidence),
        comparisons=compare(MODEL, values, by_model, metric, config.confidence),
        classification=None if classes is None else describe_classification(holdout, model, classes, config.bins),
        regression=describe_regression(holdout, model, seed) if classes is None else None,
        groups=groups,
        gaps=fairness_gaps(groups, config.smallest_group),
        importance=importance,
        robustness=withstood,
    )


def _draws_of(model: str) -> str:
    """Name of the job that computes a model's scores: unlike that of any metric."""
    return f"model: {model}"


def _optimism(
    search_score: float | None, value: float, draws: Array, metric: Metric, confidence: float
) -> Interval | None:
    """How much better than the holdout says the search believed the model to be; its score is taken as exact."""
    if search_score is None:
        return None
    sign = 1.0 if metric.greater_is_better else -1.0
    return interval(sign * (search_score - value), sign * (search_score - draws), confidence)


def _probed(
    holdout: Holdout,
    samples: Samples | None,
    predict: Predict | None,
    metric: Metric,
    *,
    config: EvaluationConfig,
    seed: int,
) -> tuple[tuple[Importance, ...], tuple[Disturbance, ...]]:
    """Measure importance and robustness, where they are wanted and can be measured."""
    if samples is None or predict is None:
        return (), ()
    cost = config.row_predictions
    importance: tuple[Importance, ...] = ()
    withstood: tuple[Disturbance, ...] = ()
    if config.explain:
        importance = permutation_importance(holdout, samples, predict, metric, row_predictions=cost, seed=seed)
    if config.robustness:
        withstood = robustness(holdout, samples, predict, metric, row_predictions=cost, seed=seed)
    return importance, withstood


def _checked(predictions: Mapping[str, Any], target: Target) -> dict[str, Array]:
    """Return the predictions as float arrays of the target's shape."""
    n_rows = len(target.values)
    if not n_rows:
        raise DataError("the holdout has no rows: there is nothing to judge by")
    if MODEL not in predictions:
        raise DataError(f"one prediction must be called {MODEL!r}, got: {', '.join(predictions) or 'none'}")
    shape = (n_rows,) if target.classes is None else (n_rows, len(target.classes))
    checked = {}
    for name, prediction in predictions.items():
        array = np.asarray(prediction, dtype=np.float64)
        if target.classes is None and array.shape == (n_rows, 1):
            array = array[:, 0]
        if array.shape != shape:
            raise DataError(f"prediction {name!r} has the shape {array.shape}, the holdout needs {shape}")
        if not np.isfinite(array).all():
            row = int(np.argwhere(~np.isfinite(array))[0][0])
            raise DataError(f"prediction {name!r} is not finite in row {row} of the holdout")
        checked[name] = array
    return checked


def _class_shares(train: Target, holdout: Target) -> tuple[tuple[float, float], ...]:
    if train.classes is None:
        return ()
    shares = [np.bincount(t.values, minlength=len(train.classes)) / max(len(t.values), 1) for t in (train, holdout)]
    return tuple((float(left), float(right)) for left, right in zip(*shares, strict=True))


def _groups(
    task: TaskSpec, holdout: Holdout, prediction: Array, metric: Metric, samples: Samples | None
) -> tuple[Group, ...]:
    if not isinstance(samples, pd.DataFrame):
        return ()
    columns = [name for name in task.sensitive if name in samples.columns]
    return tuple(group for name in columns for group in slice_groups(holdout, prediction, metric, samples[name]))
