"""The node that fits the chosen models of a table again: on other divisions of its rows, and without a column."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.evaluation import EvaluationConfig
from automl_flow.evaluation.intervals import Comparison, Holdout
from automl_flow.evaluation.refits import SMALL_TABLE_ROWS, CrossValidation, Refits, compare_without, cross_validate
from automl_flow.features import FeaturePlan
from automl_flow.models import FAMILIES
from automl_flow.pipelines.evaluation.table_nodes import CombinedModel
from automl_flow.recipes import Recipe
from automl_flow.tabular.candidate import WeightedCandidates
from automl_flow.tabular.ensemble.refitting import Chosen, chosen_ensemble
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split, SplitConfig, make_folds
from automl_flow.tasks.subsets import all_rows

Array = NDArray[np.float64]
_FOLDS = 5
_MAX_ROWS = 10_000  # of the training, above which refitting without a column is too expensive to be done by default
_BOUND = "The rows are divided by {}, so there is no repeated cross-validation on other divisions."
_STACKED = (
    "There is no repeated cross-validation: the ensemble has members that read predictions of others, or of families "
    "that are not installed."
)
_NETWORK_ALONE = (
    "There is no repeated cross-validation: the model is the searched network alone, which would have to be "
    "retrained in every fold."
)


@dataclass(frozen=True)
class _Bench:
    """The chosen models, and all rows of the task."""

    chosen: Chosen
    problem: TabularProblem

    def predict(self, train: NDArray[np.int64], rows: NDArray[np.int64]) -> Array:
        """Fit on some rows of the problem and predict others of it."""
        part = self.problem.take(train, ())
        predicted = self.chosen.fit_predict(part, self.problem.X.iloc[rows])
        return self.problem.task.problem_type.for_metrics(predicted)


def refit(
    table: pd.DataFrame,
    split: Split,
    *,
    profile: Profile,
    recipe: Recipe,
    feature_plan: FeaturePlan,
    candidates: WeightedCandidates,
    combined: CombinedModel,
    task: TaskSpec,
    config: EvaluationConfig,
) -> Refits:
    """Repeated cross-validation where the rows are few, and the cost of leaving out each sensitive input.

    Args:
        table: All accepted rows; folds are drawn from training rows and holdout together.
        split: Positions of training rows and holdout.
        profile: Roles of the columns.
        recipe: Preprocessing steps.
        feature_plan: Features.
        candidates: Candidates of model search; those with a weight are refitted.
        combined: Says whether the ensemble has a share of the model at all.
        task: The task.
        config: Settings of the evaluation.
    """
    inputs = tuple(name for name in task.sensitive if _is_input(name, recipe, feature_plan))
    seed = derive_seed(0, "refits", task.name)
    chosen = chosen_ensemble(candidates.candidates, candidates.weights, FAMILIES.available(), seed)
    small = config.repeats > 0 and len(table) < SMALL_TABLE_ROWS
    if chosen is None or not combined.shares[0]:
        why = _NETWORK_ALONE if not combined.shares[0] else _STACKED
        return Refits(None, why if small else "", inputs)
    whole = all_rows(table, task)
    problem = TabularProblem(whole.x, whole.target, task, profile, recipe, feature_plan, folds=(), weight=whole.weight)
    bench = _Bench(chosen, problem)
    repeated, reason = _cross_validate(bench, table, config.repeats, seed) if small else (None, "")
    without = _without(bench, split, inputs, config, seed) if len(split.train) <= _MAX_ROWS else {}
    return Refits(repeated, reason, inputs, without)


def _is_input(column: str, recipe: Recipe, plan: FeaturePlan) -> bool:
    """Whether models read a column, as it is or as a part of a feature."""
    read = {name for step in recipe.steps if step.name != "drop" for name in step.columns} - set(plan.dropped)
    made = {name for kept in plan.kept for name in kept.columns}
    return column in read | made


def _cross_validate(bench: _Bench, table: pd.DataFrame, repeats: int, seed: int) -> tuple[CrossValidation | None, str]:
    """Refit the chosen models in repeated cross-validation on all rows."""
    problem, task = bench.problem, bench.problem.task
    if task.time is not None or task.split_column is not None:
        return None, _BOUND.format("time" if task.time is not None else f"the column {task.split_column}")
    groups = None if task.group is None else table[task.group].to_numpy()
    folds = [
        fold
        for repeat in range(repeats)
        for fold in make_folds(
            problem.target, SplitConfig(folds=_FOLDS, seed=derive_seed(seed, "repeat", repeat) % 2**31), groups=groups
        )
    ]
    rows = Holdout(problem.target.values, problem.weight)
    metric = task.scorer(problem.target.classes)
    return cross_validate(rows, folds, bench.predict, metric, repeats=repeats), ""


def _without(
    bench: _Bench, split: Split, inputs: tuple[str, ...], config: EvaluationConfig, seed: int
) -> dict[str, Comparison]:
    """The chosen models with each column against the same models without it."""
    if not inputs:
        return {}
    problem = bench.problem
    holdout = Holdout(problem.target.values, problem.weight).take(split.holdout)
    metric = problem.task.scorer(problem.target.classes)
    whole = bench.predict(split.train, split.holdout)
    return {
        name: compare_without(
            holdout,
            metric,
            whole,
            replace(bench, problem=_blanked(problem, name)).predict(split.train, split.holdout),
            resamples=config.bootstrap,
            confidence=config.confidence,
            seed=seed,
        )
        for name in inputs
    }


def _blanked(problem: TabularProblem, column: str) -> TabularProblem:
    """The problem with the same value of a column in all rows, from which nothing can be learned."""
    values = problem.X[column]
    first = int(np.argmax(values.notna().to_numpy()))
    constant = values.iloc[np.full(len(values), first)].set_axis(values.index)
    return replace(problem, X=problem.X.assign(**{column: constant}))
