"""Out-of-fold losses of a small, fixed model, by which every feature proposal is evaluated."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed, generator
from automl_flow.features.planning.config import FeatureConfig
from automl_flow.features.planning.plan import FeaturePlan
from automl_flow.recipes.preprocessor import build_preprocessor
from automl_flow.recipes.recipe import Recipe
from automl_flow.tasks.metrics import Metric, get_metric, pinball_level
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Fold
from automl_flow.tasks.target import Target

Frames = tuple[tuple[pd.DataFrame, pd.DataFrame], ...]  # features of the training and of the validation rows, by fold

_MAX_CELLS = 4_000_000  # rows × columns of the sample
_TREES = 60
_MAX_TREES = 300  # trees of all classes together
SEEDS = (0, 1)  # every loss is a mean over two differently seeded models


class OutOfTimeError(Exception):
    """The time limit was reached; proposals that are not evaluated by then stay so."""


@dataclass
class ProxyModel:
    """Small LightGBM models on a sample of the training rows, one thread each, the same on every run.

    Attributes:
        X: Raw rows of the sample.
        y: Their targets.
        folds: Positions in the sample.
        target: Target of the task, with its classes.
        metric: Metric whose loss is compared.
        profile: Profile of the whole table.
        seed: Seed of samples and models.
        deadline: Reading of ``time.monotonic`` at which it stops, or ``None``.
        fits: Models fitted so far.
    """

    X: pd.DataFrame
    y: NDArray[Any]
    folds: tuple[Fold, ...]
    target: Target
    metric: Metric
    profile: Profile
    seed: int
    deadline: float | None = None
    fits: int = 0

    def features(self, recipe: Recipe, plan: FeaturePlan, folds: slice = slice(None)) -> Frames:
        """Features of some folds, each fitted on the fold's training rows."""
        return tuple(self._fold_features(recipe, plan, fold) for fold in self.folds[folds])

    def losses(self, frames: Sequence[tuple[pd.DataFrame, pd.DataFrame]], model: int, first: int = 0) -> FoldLosses:
        """Fit a model per fold.

        Args:
            frames: Features of some neighbouring folds.
            model: Which of the differently seeded models.
            first: Number of the first fold in *frames*.
        """
        losses: list[float] = []
        importance: dict[str, float] = {}
        for number, (train, valid) in enumerate(frames, start=first):
            booster = self._fit(train, self.y[self.folds[number][0]], model)
            losses.append(self.metric.loss(self.y[self.folds[number][1]], self._predict(booster, valid)))
            gains = booster.feature_importance(importance_type="gain")
            for name, gain in zip(train.columns, gains / max(float(gains.sum()), 1e-12), strict=True):
                importance[name] = importance.get(name, 0.0) + float(gain) / len(frames)
        return FoldLosses(np.array(losses), importance)

    def mean_losses(self, frames: Frames) -> NDArray[np.float64]:
        """Loss of each fold, the mean of the differently seeded models."""
        return np.asarray(np.mean([self.losses(frames, model).losses for model in SEEDS], axis=0))

    def _fold_features(self, recipe: Recipe, plan: FeaturePlan, fold: Fold) -> tuple[pd.DataFrame, pd.DataFrame]:
        self._check_time()
        preprocessor = build_preprocessor(recipe, plan, self.profile, "native", self.seed)
        train = preprocessor.fit_transform(self.X.iloc[fold[0]], self.y[fold[0]])
        return train, preprocessor.transform(self.X.iloc[fold[1]])

    def _fit(self, train: pd.DataFrame, y: NDArray[Any], model: int) -> Any:
        import lightgbm

        self._check_time()
        self.fits += 1
        outputs = self.target.outputs
        level = pinball_level(self.metric.name)
        objective = "regression" if outputs == 1 else "binary" if outputs == 2 else "multiclass"
        trees = _TREES if outputs <= 2 else max(10, min(_TREES, _MAX_TREES // outputs))
        settings = {
            "objective": objective if level is None else "quantile",
            **({} if level is None else {"alpha": level}),
            "num_class": outputs if outputs > 2 else 1,
            "learning_rate": 0.1 if trees == _TREES else 0.2,
            "num_leaves": 16,
            "min_data_in_leaf": 10 if len(y) >= 500 else 5,
            "bagging_fraction": 0.8,
            "bagging_freq": 1,
            "lambda_l2": 1.0,
            "max_bin": 127,
            "seed": derive_seed(self.seed, "judge", model) % 2**31,  # under another name, all plans would change
            "num_threads": 1,
            "deterministic": True,
            "force_col_wise": True,
            "verbosity": -1,
        }
        return lightgbm.train(settings, lightgbm.Dataset(train, label=y, free_raw_data=False), num_boost_round=trees)

    def _check_time(self) -> None:
        if self.deadline is not None and time.monotonic() > self.deadline:
            raise OutOfTimeError

    def _predict(self, booster: Any, valid: pd.DataFrame) -> NDArray[np.float64]:
        prediction = np.asarray(booster.predict(valid, num_threads=1), dtype=np.float64)
        if self.target.outputs == 2:
            return np.column_stack([1 - prediction, prediction])
        return prediction


@dataclass(frozen=True)
class FoldLosses:
    """Losses by fold, and the share of the split gain that each feature has."""

    losses: NDArray[np.float64]
    importance: dict[str, float]


def make_proxy_model(
    X: pd.DataFrame,
    target: Target,
    task: TaskSpec,
    profile: Profile,
    *,
    folds: Sequence[Fold],
    config: FeatureConfig,
    seed: int,
) -> ProxyModel:
    """Sample rows for the proxy model.

    Args:
        X: Raw feature columns.
        target: Target of the same rows.
        task: Names the metric; log loss or RMSE stand in for metrics that only see labels.
        profile: Profile of the table.
        folds: Positions in *X*; rows of the sample keep their side.
        config: Maximum rows and folds.
        seed: For the sample and the models.
    """
    deadline = None if config.seconds is None else time.monotonic() + config.seconds
    limit = max(500, min(config.max_rows, _MAX_CELLS // max(1, X.shape[1])))
    rows = np.arange(len(X))
    if len(X) > limit:
        rows = np.sort(generator(seed, "feature rows").choice(len(X), size=limit, replace=False))
    place = np.full(len(X), -1, dtype=np.int64)
    place[rows] = np.arange(len(rows))
    sampled = [(_inside(place[train]), _inside(place[valid])) for train, valid in folds]
    usable = tuple(fold for fold in sampled if min(map(len, fold)) >= 2)[: config.folds]
    metric = task.scorer(target.classes)
    if metric.needs == "label":
        metric = get_metric("log_loss", task.problem)
    return ProxyModel(X.iloc[rows], target.values[rows], usable, target, metric, profile, seed, deadline)


def _inside(places: NDArray[np.int64]) -> NDArray[np.int64]:
    return places[places >= 0]


def join(frames: Frames, more: Frames) -> Frames:
    """Add the features of *more* to those of *frames*."""
    pairs = zip(frames, more, strict=True)
    return tuple((pd.concat([a[0], b[0]], axis=1), pd.concat([a[1], b[1]], axis=1)) for a, b in pairs)


def without(frames: Frames, names: set[str]) -> Frames:
    """Leave some features out."""
    return tuple((train.loc[:, _others(train, names)], valid.loc[:, _others(valid, names)]) for train, valid in frames)


def _others(frame: pd.DataFrame, names: set[str]) -> NDArray[np.bool_]:
    return ~np.asarray(frame.columns.isin(sorted(names)))


def standard_error(differences: NDArray[np.float64]) -> float:
    """Standard error of the mean of *differences*, (n,) with n at least 2."""
    return float(np.std(differences, ddof=1) / np.sqrt(len(differences)))
