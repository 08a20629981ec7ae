"""A tabular problem: everything that fitting a candidate needs, apart from the candidate."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.models.family import Array, FitContext
from automl_flow.recipes import Recipe
from automl_flow.recipes.preprocessor import PreprocessorPlan, safe_names
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Fold
from automl_flow.tasks.target import Target


@dataclass(frozen=True)
class TabularProblem:
    """Training rows and how they are to be read.

    Attributes:
        X: Raw feature columns of the training rows.
        target: Encoded target of the same rows.
        task: The task.
        profile: Roles of the columns.
        recipe: Preprocessing steps; fitted inside each fold.
        plan: Feature plan; fitted inside each fold; ``None`` makes no features.
        folds: (training, validation) positions into ``X``.
        weight: Sample weights of the rows.
    """

    X: pd.DataFrame
    target: Target
    task: TaskSpec
    profile: Profile
    recipe: Recipe
    plan: PreprocessorPlan | None
    folds: tuple[Fold, ...]
    weight: Array | None = None

    def context(self, seed: int, threads: int = 1) -> FitContext:
        """Facts about a fit on one fold that families may use."""
        return FitContext(
            problem=self.task.problem,
            metric=self.task.metric_name,
            n_rows=max(1, round(float(np.mean([len(fit) for fit, _ in self.folds])))),
            n_columns=max(1, self.X.shape[1]),
            n_classes=0 if self.target.classes is None else len(self.target.classes),
            n_targets=len(self.task.targets),
            seed=seed,
            threads=threads,
            monotone=tuple(self.task.monotone.values()),
        )

    def directions(self, preprocessor: Any) -> tuple[int, ...]:
        """The constraint on each column that a fitted preprocessor makes; empty where the task has none.

        A made feature is free: none is made of a constrained column.
        """
        if not self.task.monotone:
            return ()
        names = safe_names([column.name for column in self.profile.columns])
        wanted = {names[column]: direction for column, direction in self.task.monotone.items()}
        return tuple(wanted.get(str(name), 0) for name in preprocessor.get_feature_names_out())

    def fit_weight(self, rows: NDArray[np.int64]) -> Array | None:
        """Weights of all rows for a fit on *rows*.

        They are the given ones; where the metric wants that, they even out the classes of *rows* (and have mean 1):
        the most probable class is then a good decision, and probabilities are those of classes so evened out.
        """
        share = self.task.scorer().class_weighting
        if not share or self.target.classes is None:
            return self.weight
        y, given = self.target.values, np.ones(len(self.X)) if self.weight is None else self.weight
        mass = np.bincount(y[rows], weights=given[rows], minlength=self.target.outputs)
        evened = given * (np.where(mass > 0, mass, mass.max()) ** -share)[y]
        return np.asarray(evened / evened[rows].mean())

    def covered(self) -> NDArray[np.int64]:
        """Rows that have out-of-fold predictions: those that some fold validates on."""
        return np.unique(np.concatenate([valid for _, valid in self.folds]))

    def key(self, *settings: object) -> str:
        """Hash of all that the results of a search depend on: data, folds, recipe, plan and *settings*."""
        digest = hashlib.sha256()
        digest.update(pd.util.hash_pandas_object(_hashable(self.X), index=False).to_numpy().tobytes())
        digest.update(np.ascontiguousarray(self.target.values).tobytes())
        if self.weight is not None:
            digest.update(np.ascontiguousarray(self.weight).tobytes())
        for part in (index for fold in self.folds for index in fold):
            digest.update(np.ascontiguousarray(part, dtype=np.int64).tobytes())
        plan: object = getattr(self.plan, "to_document", dict)()
        documents = [self.task.model_dump(), self.profile.to_document(), self.recipe.to_document(), plan, settings]
        digest.update(json.dumps(documents, sort_keys=True, default=str).encode())
        digest.update(json.dumps([str(column) for column in self.X.columns]).encode())
        return digest.hexdigest()

    def take(self, rows: NDArray[np.int64], folds: Sequence[Fold]) -> TabularProblem:
        """The problem on some of the rows, with folds that are positions among them."""
        return replace(
            self,
            X=self.X.iloc[rows],
            target=self.target.take(rows),
            folds=tuple(folds),
            weight=None if self.weight is None else self.weight[rows],
        )


def _hashable(X: pd.DataFrame) -> pd.DataFrame:
    """Columns of objects as text: lists and mixtures of types cannot be hashed as they are."""
    objects = [str(name) for name, dtype in X.dtypes.items() if pd.api.types.is_object_dtype(dtype)]
    return X.assign(**{name: X[name].astype(str) for name in objects}) if objects else X
