"""The base of the tabular estimators: settings, the search, and its results."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.utils.validation import check_is_fitted

from automl_flow.core.config import parse_config, renamed_arguments
from automl_flow.core.progress import Progress
from automl_flow.estimators.inspection import inspect
from automl_flow.estimators.leaderboard import make_leaderboard
from automl_flow.estimators.search_estimator import RENAMED, SearchEstimator, Seconds
from automl_flow.estimators.tables import TrainingRows, read_features, read_rows
from automl_flow.execution.tempdir import temporary_folder
from automl_flow.features import FeatureConfig, plan_features
from automl_flow.models import FAMILIES
from automl_flow.recipes import RecipeConfig, build_preprocessor, propose_recipe
from automl_flow.study.budget import Clock
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.cross_validation import choose_folds
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tabular.fit import TabularFit, fit, make_timeline
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.schedule import feature_seconds, search_seconds
from automl_flow.tabular.search import check_settings
from automl_flow.tabular.session.session import SearchSession, make_workers
from automl_flow.tasks.metrics import Metric, as_metric
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import SplitConfig, make_folds
from automl_flow.tasks.tables import named_columns, require_columns, time_of
from automl_flow.tasks.target import encode_target
from automl_flow.tasks.types import Problem

_TARGET = "target"


class TabularEstimator(SearchEstimator):
    """Base of :class:`AutoMLClassifier` and :class:`AutoMLRegressor`.

    Args:
        per_run_time_limit: Seconds for one model fit; a trial fits one model per fold.
        strategy: ``auto``, ``random``, ``grid``, ``tpe``, ``gp``, ``cmaes`` or ``hyperband``.
        families: Names of the model families to use; ``None`` uses all.
        roles: Column roles that override the guesses, for example ``{"zip": "categorical"}``; a name that no column
            has is an error.
        accept: Codes of data check findings that are known and fine, for example ``["target_copy"]``. Other findings
            are warnings, or errors where they make a model worthless.
        monotone: Numeric or ordinal columns with which predictions must rise (1) or fall (-1). Families that do not
            support monotone constraints are left out (``left_out_`` says which).
        time: Column that orders the rows: models are then validated on later rows than they were trained on.
        folds: Cross-validation folds; ``None`` chooses by the number of rows and the time.
        features: Whether to make features; only those that improve out-of-fold predictions are kept. With several
            target columns none are made.
        stacking: Whether to train a second layer of models on the predictions of the first, from 1,000 rows up.
        predict_microseconds: Upper bound of the estimated time to predict one row on one thread; a lower bound gives
            an ensemble of fewer and cheaper models.
        if_nothing_finished: What ``fit`` does if no trial finishes: ``error``, or ``constant``, which predicts the
            class frequencies or the mean, with a warning.

    Attributes:
        model_: The ensemble.
        weights_: Ensemble weight of each trial, by trial number.
        records_: All trials; :meth:`leaderboard` shows them as a table.
        left_out_: Families that could not be used, with the reason.
        task_, profile_, recipe_, plan_: The task as it was understood, its columns, and how they are prepared.
        reproduce_: Settings that repeat the search without a time limit.
        timeline_: Where the seconds of ``fit`` went: name, planned and spent seconds of each phase.
    """

    @renamed_arguments(**RENAMED)
    def __init__(
        self,
        *,
        time_left_for_this_task: Seconds = "auto",
        per_run_time_limit: float | None = None,
        memory_limit: int | None = None,
        max_trials: int | None = None,
        n_jobs: int | None = -1,
        execution: str = "local",
        seed: int = 42,
        metric: str | Metric | Callable[..., float] | None = None,
        strategy: str = "auto",
        families: list[str] | None = None,
        roles: dict[str, str] | None = None,
        accept: Sequence[str] = (),
        monotone: dict[str, int] | None = None,
        time: str | None = None,
        folds: int | None = None,
        features: bool = True,
        stacking: bool = True,
        predict_microseconds: float = 200.0,
        if_nothing_finished: str = "error",
        progress: bool = True,
    ) -> None:
        super().__init__(
            time_left_for_this_task=time_left_for_this_task,
            per_run_time_limit=per_run_time_limit,
            memory_limit=memory_limit,
            max_trials=max_trials,
            n_jobs=n_jobs,
            execution=execution,
            seed=seed,
            metric=metric,
            progress=progress,
        )
        self.strategy = strategy
        self.families = families
        self.roles = roles
        self.accept = accept
        self.monotone = monotone
        self.time = time
        self.folds = folds
        self.features = features
        self.stacking = stacking
        self.predict_microseconds = predict_microseconds
        self.if_nothing_finished = if_nothing_finished

    def __sklearn_tags__(self) -> Any:
        """Tags for missing values, text, categories and several targets."""
        tags = super().__sklearn_tags__()
        tags.input_tags.allow_nan = True
        tags.input_tags.string = True
        tags.input_tags.categorical = True
        tags.target_tags.multi_output = True
        return tags

    def _fitted(self) -> TabularModel:
        check_is_fitted(self, "model_")
        return self.model_

    def leaderboard(self) -> pd.DataFrame:
        """All trials, best first and failed ones last, with score, ensemble weight, seconds and cause of failure."""
        self._fitted()
        return make_leaderboard(self.records_, self.weights_, self.task_)

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Search for models and build an ensemble.

        Args:
            X: Rows.
            y: Class or value of each row. A table or array (n, k) with two or more columns is learned by one model: 0/1
                labels by a classifier, values by a regressor.
            sample_weight: Weight of each row.
            groups: Group of each row; rows of one group never end up on both sides of a fold.

        Raises:
            DataError: The data cannot be learned from; the message says why.
            ConfigError: A setting is not allowed.
            BudgetError: No trial finished; the message lists the causes. See ``if_nothing_finished``.
            KeyboardInterrupt: Ctrl-C was pressed. Finished trials are kept: if there are any, the estimator is fitted,
                with a warning, and the interrupt is passed on so that a loop around ``fit`` ends, too.
        """
        config = self._search_config()
        clock, busy = Clock(config.time_left_for_this_task), time.process_time()
        progress = self._progress()
        check_settings(config, FAMILIES.available())
        if self.folds is not None:
            self._checked_folds(self.folds)
        rows = read_rows(X, y, sample_weight, groups)
        task = self._task(rows)
        self._check_names(rows, task)
        workers = make_workers(config, rows.X)
        with temporary_folder("state-") as state, workers:
            workers.start()  # they import libraries while rows are checked and features are planned
            problem = self._problem(rows, task, config, clock, progress)
            seconds = search_seconds(clock, crowding=clock.spent / max(time.process_time() - busy, 0.01))
            config = config.model_copy(update={"time_left_for_this_task": seconds})
            session = SearchSession(problem, FAMILIES.available(), config, state, workers, progress).broadcast()
            timeline = make_timeline(session, clock)
            built = fit(session, timeline)
        built.model.predict_raw(rows.X.iloc[:1])  # load libraries for prediction now rather than at the first predict
        self._keep(problem, built)
        self.timeline_ = timeline.rows()
        self.n_features_in_ = rows.X.shape[1]
        self.__dict__.pop("feature_names_in_", None)  # from an earlier fit
        if rows.named:
            self.feature_names_in_ = np.asarray(rows.X.columns, dtype=object)
        return self._end_fit(built.notes, interrupted=built.interrupted)

    def _search_config(self) -> SearchConfig:
        names = ("strategy", "families", "predict_microseconds", "if_nothing_finished")
        values = self._budget() | {name: getattr(self, name) for name in names}
        values["stacking"] = None if self.stacking else 0
        if values["families"] is not None and not isinstance(values["families"], str):
            values["families"] = tuple(values["families"])
        return parse_config(SearchConfig, values, type(self).__name__)

    def _task(self, rows: TrainingRows) -> TaskSpec:
        """Describe the task of the training rows."""
        raise NotImplementedError

    def _make_task(self, problem: Problem, rows: TrainingRows) -> TaskSpec:
        several = isinstance(rows.y, pd.DataFrame)
        names = _unlike([str(name) for name in rows.y.columns] if several else [_TARGET], rows.X.columns)
        metric = as_metric(self.metric, problem)
        time_column = None if self.time is None else str(self.time)
        own = {"roles": _text_keys(self.roles), "monotone": _text_keys(self.monotone), "time": time_column}
        values = {"target": names if several else names[0], "problem": problem, "metric": metric, **own}
        return parse_config(TaskSpec, values, type(self).__name__)

    def _checked_folds(self, folds: int) -> int:
        """Validate the requested number of folds."""
        return parse_config(SplitConfig, {"folds": folds}, type(self).__name__).folds

    def _check_names(self, rows: TrainingRows, task: TaskSpec) -> None:
        """Raise if the settings name a missing column."""
        named = {name: key for name, key in named_columns(task).items() if name not in task.targets}
        require_columns(rows.X, named, type(self).__name__)

    def _problem(
        self, rows: TrainingRows, task: TaskSpec, config: SearchConfig, clock: Clock, progress: Progress
    ) -> TabularProblem:
        """Encode the target, profile and inspect the rows, choose folds, write the recipe and plan features."""
        target = encode_target(rows.y, task)
        profile = profile_table(rows.X, task)
        recipe = propose_recipe(profile, RecipeConfig())
        build_preprocessor(recipe, None, profile, "ordinal", config.seed)  # raises if no features are left
        self.findings_ = inspect(
            rows.X, rows.y, task, profile, [self.accept] if isinstance(self.accept, str) else self.accept
        )
        split, used = choose_folds(
            n_rows=len(rows.X),
            n_columns=rows.X.shape[1],
            outputs=target.outputs,
            seconds=clock.seconds,
            n_jobs=config.n_jobs,
            seed=config.seed,
        )
        if self.folds is not None:
            used = self._checked_folds(self.folds)
            split = split.model_copy(update={"folds": used, "repeats": 1})
        folds = make_folds(target, split, groups=rows.groups, time=time_of(rows.X, task))
        folds = folds[:used] if task.time is None else folds[-used:]  # later folds have more training rows
        plan = None
        seconds = feature_seconds(clock.seconds)
        if self.features and seconds != 0:
            settings = FeatureConfig(seconds=seconds, seed=config.seed)
            plan = plan_features(
                rows.X, target, task, profile, recipe, folds=folds, config=settings, seed=config.seed, progress=progress
            )
        return TabularProblem(rows.X, target, task, profile, recipe, plan, folds, rows.weight)

    def _keep(self, problem: TabularProblem, built: TabularFit) -> None:
        result = built.result
        self.model_: TabularModel = built.model
        self.task_ = problem.task
        self.profile_ = problem.profile
        self.recipe_ = problem.recipe
        self.plan_ = problem.plan
        self.records_ = result.records
        self.selection_ = built.selection
        self.weights_ = {c.number: float(w) for c, w in zip(result.candidates, built.selection.weights, strict=True)}
        self.reproduce_ = dict(built.reproduce)
        self.left_out_ = dict(result.left_out)

    def __repr__(self, N_CHAR_MAX: int = 700) -> str:
        """The settings, and whether the model predicts a constant."""
        text = str(super().__repr__(N_CHAR_MAX))
        return f"{text} (predicts a constant)" if hasattr(self, "model_") and self.model_.constant else text

    def _new_rows(self, X: Any) -> Any:
        """Rows in the form that the fitted model takes, at least one."""
        self._fitted()
        frame, named = read_features(X)
        return frame if named else X

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict the class or value of each row, (n,); of k targets the labels 0/1 or values, (n, k).

        Args:
            X: Rows: a data frame of any library, whose columns are matched by name (in any order; extra columns are
                ignored, with a warning), or an array, whose columns are matched by position. A warning counts the
                cells that cannot be read as they were in training.

        Raises:
            DataError: There are no rows, or a training column is missing.
        """
        rows = self._new_rows(X)
        return self.model_.predict(rows)


def _unlike(names: Sequence[str], columns: Iterable[str]) -> list[str]:
    """*names*, with underscores appended to each until it differs from all *columns* and from the other names."""
    taken, found = {*columns}, []
    for i, wanted in enumerate(names):
        name = wanted
        while name in taken or name in names[i + 1 :]:
            name += "_"
        taken.add(name)
        found.append(name)
    return found


def _text_keys(given: Mapping[Any, Any] | None) -> Any:
    """Settings by column, with names as text; anything but a mapping is left to the parser."""
    return {str(name): value for name, value in given.items()} if isinstance(given, Mapping) else given or {}
