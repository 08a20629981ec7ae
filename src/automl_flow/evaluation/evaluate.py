"""Evaluating a model on the holdout, which no search has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from automl_flow.core.errors import DataError
from automl_flow.evaluation.classification import describe_classification
from automl_flow.evaluation.config import EvaluationConfig
from automl_flow.evaluation.evaluation import Evaluation, TargetScores
from automl_flow.evaluation.fairness import Audit, Group, fairness_gaps, slice_groups
from automl_flow.evaluation.importance import Importance, permutation_importance
from automl_flow.evaluation.intervals import Comparison, Holdout, Interval, bootstrap_scores, compare, interval
from automl_flow.evaluation.refits import NOTHING_REFITTED, Refits
from automl_flow.evaluation.regression import describe_regression
from automl_flow.evaluation.resampling import Array
from automl_flow.evaluation.robustness import Disturbance, robustness
from automl_flow.evaluation.samples import Probe
from automl_flow.evaluation.searched import SearchScore, ValidationPredictions, compare_with_search
from automl_flow.tasks.metrics import Metric, get_metric, metric_names
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import Target, favourable_code
from automl_flow.tasks.types import Label, Problem

MODEL = "model"
_OF_TARGETS: dict[Problem, tuple[str, ...]] = {
    "binary": ("log_loss", "roc_auc", "average_precision", "f1"),
    "regression": ("rmse", "mae", "r2"),
}


def evaluate(
    task: TaskSpec,
    target_train: Target,
    target_holdout: Target,
    predictions_holdout: Mapping[str, Array],
    searched: ValidationPredictions | None,
    *,
    config: EvaluationConfig,
    seed: int,
    weight: Array | None = None,
    probe: Probe | None = None,
    refits: Refits = NOTHING_REFITTED,
) -> Evaluation:
    """Evaluate a model on the holdout.

    Args:
        task: Gives the metric, the sensitive columns and the favourable outcome.
        target_train: Target of the training rows, for class frequencies.
        target_holdout: Target of the holdout, encoded with the same classes.
        predictions_holdout: Probabilities (n, k) or values (n,). ``"model"`` is evaluated, the others compared with it.
        searched: The predictions by which the search chose the model; ``None`` where they are not known.
        config: Settings.
        seed: Draws resamples and permutations.
        weight: Weights of the holdout's rows.
        probe: The rows themselves; ``None`` leaves out groups, importance and robustness.
        refits: What fitting the chosen models again has shown.

    Raises:
        DataError: No rows, no prediction called ``"model"``, or one of another shape or not finite.
    """
    predictions = _checked(predictions_holdout, target_holdout)
    model, classes, holdout = predictions[MODEL], target_holdout.classes, Holdout(target_holdout.values, weight)
    scored = _score(task, target_holdout, holdout, predictions, config=config, seed=seed)
    groups = _groups(task, holdout, model, probe, _audit(task, scored.metric, classes, config, seed))
    importance, robust = _probed(holdout, probe, scored.metric, config, seed)
    return Evaluation(
        problem=task.problem,
        metric=scored.metric.name,
        greater_is_better=scored.metric.greater_is_better,
        confidence=config.confidence,
        classes=classes,
        n_train=len(target_train.values),
        n_holdout=len(target_holdout.values),
        class_shares=_class_shares(target_train, target_holdout),
        scores=scored.scores,
        intervals=scored.intervals,
        metric_intervals=scored.metric_intervals,
        search=_search(searched, scored, len(holdout.y), config=config, seed=seed),
        comparisons=scored.compare(config.confidence, len(holdout.y)),
        classification=None if classes is None else describe_classification(holdout, model, classes, config.bins),
        regression=describe_regression(holdout, model, seed) if task.problem == "regression" else None,
        targets=score_targets(task, target_holdout, model, weight),
        groups=groups,
        refits=refits,
        favourable=task.favourable,
        smallest_group=config.smallest_group,
        gaps=fairness_gaps(groups, config.confidence),
        importance=importance,
        robustness=robust,
    )


def score_targets(
    task: TaskSpec, target: Target, prediction: Array, weight: Array | None = None
) -> tuple[TargetScores, ...]:
    """Score each of several targets for itself; nothing where there is one target.

    Args:
        task: Names the targets.
        target: Target of the rows, (n, k).
        prediction: Probabilities of the labels, or values, (n, k).
        weight: Weights of the rows.
    """
    found = []
    for position, name in enumerate(target.names):
        values, own = target.values[:, position], prediction[:, position]
        problem = task.for_target(name).problem
        shown = np.column_stack([1.0 - own, own]) if task.problem_type.has_probabilities else own
        scores = {m: get_metric(m, problem).score(values, shown, weight) for m in _OF_TARGETS[problem]}
        found.append(TargetScores(name, float(np.average(values, weights=weight)), scores))
    return tuple(found)


@dataclass(frozen=True)
class _Scored:
    """Scores on the holdout and on its resamples.

    Attributes:
        metric: The task's metric.
        scores: Every metric that applies, by model.
        draws: The task's metric on the resamples, by model.
        intervals: Of the task's metric, by model.
        metric_intervals: Of the evaluated model, by metric.
    """

    metric: Metric
    scores: dict[str, dict[str, float]]
    draws: dict[str, Array]
    intervals: dict[str, Interval]
    metric_intervals: dict[str, Interval]

    @property
    def values(self) -> dict[str, float]:
        """The task's metric on the holdout, by model."""
        return {name: scores[self.metric.name] for name, scores in self.scores.items()}

    def compare(self, confidence: float, rows: int) -> tuple[Comparison, ...]:
        """Compare the evaluated model with the others."""
        return compare(MODEL, self.values, self.draws, self.metric, confidence=confidence, rows=rows)


def _score(
    task: TaskSpec,
    target: Target,
    holdout: Holdout,
    predictions: Mapping[str, Array],
    *,
    config: EvaluationConfig,
    seed: int,
) -> _Scored:
    """Score every model by every metric, all on the same resamples."""
    metric = task.scorer(target.classes)
    applying = {name: get_metric(name, task.problem) for name in metric_names(task.problem)} | {metric.name: metric}
    jobs = {_draws_of(name): (metric, prediction) for name, prediction in predictions.items()}
    jobs |= {name: (applied, predictions[MODEL]) for name, applied in applying.items()}
    draws = bootstrap_scores(holdout, jobs, config.bootstrap, seed)
    scores = {name: {m: holdout.score(applying[m], p) for m in applying} for name, p in predictions.items()}
    by_model = {name: draws[_draws_of(name)] for name in predictions}
    return _Scored(
        metric=metric,
        scores=scores,
        draws=by_model,
        intervals={n: interval(scores[n][metric.name], by_model[n], config.confidence) for n in predictions},
        metric_intervals={m: interval(scores[MODEL][m], draws[m], config.confidence) for m in applying},
    )


def _draws_of(model: str) -> str:
    """Name of the job that computes a model's scores: unlike that of any metric."""
    return f"model: {model}"


def _search(
    searched: ValidationPredictions | None, scored: _Scored, rows: int, *, config: EvaluationConfig, seed: int
) -> SearchScore | None:
    """The score of the search next to that of the holdout."""
    if searched is None:
        return None
    value, draws = scored.values[MODEL], scored.draws[MODEL]
    return compare_with_search(
        searched, scored.metric, value, draws, rows=rows, confidence=config.confidence, seed=seed
    )


def _probed(
    holdout: Holdout, probe: Probe | None, metric: Metric, config: EvaluationConfig, seed: int
) -> tuple[tuple[Importance, ...], tuple[Disturbance, ...]]:
    """Measure importance and robustness, where they are wanted and can be measured."""
    if probe is None or probe.predict is None:
        return (), ()
    samples, predict, cost = probe.samples, probe.predict, config.row_predictions
    importance: tuple[Importance, ...] = ()
    robust: tuple[Disturbance, ...] = ()
    if config.explain:
        importance = permutation_importance(holdout, samples, predict, metric, row_predictions=cost, seed=seed)
    if config.robustness:
        robust = robustness(holdout, samples, predict, metric, roles=probe.roles, row_predictions=cost, seed=seed)
    return importance, robust


def _checked(predictions: Mapping[str, Any], target: Target) -> dict[str, Array]:
    """Return the predictions as float arrays of the target's shape."""
    n_rows = len(target.values)
    if not n_rows:
        raise DataError("the holdout has no rows, so there is nothing to evaluate on")
    if MODEL not in predictions:
        raise DataError(f"one prediction must be called {MODEL!r}, got: {', '.join(predictions) or 'none'}")
    shape = np.shape(target.values) if target.classes is None else (n_rows, len(target.classes))
    checked = {}
    for name, prediction in predictions.items():
        array = np.asarray(prediction, dtype=np.float64)
        if shape == (n_rows,) and array.shape == (n_rows, 1):
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


def _audit(
    task: TaskSpec, metric: Metric, classes: tuple[Label, ...] | None, config: EvaluationConfig, seed: int
) -> Audit:
    return Audit(
        metric=metric,
        favourable=favourable_code(task, classes),
        smallest=config.smallest_group,
        resamples=config.bootstrap,
        confidence=config.confidence,
        seed=seed,
    )


def _groups(
    task: TaskSpec, holdout: Holdout, prediction: Array, probe: Probe | None, audit: Audit
) -> tuple[Group, ...]:
    table = None if probe is None else probe.samples
    if not isinstance(table, pd.DataFrame):
        return ()
    columns = [name for name in task.sensitive if name in table.columns]
    return tuple(group for name in columns for group in slice_groups(holdout, prediction, table[name], audit))
