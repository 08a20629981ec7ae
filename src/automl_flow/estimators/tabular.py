"""AutoML on tables, as scikit-learn estimators."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, RegressorMixin

from automl_flow.core.errors import DataError
from automl_flow.estimators.base import TabularEstimator
from automl_flow.estimators.ending import end_fit
from automl_flow.estimators.tables import Rows
from automl_flow.tabular.ensemble.model import label_array
from automl_flow.tasks.labels import check_values, distinct_labels
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.types import Problem


class AutoMLClassifier(ClassifierMixin, TabularEstimator):
    """Classification of tables: search, ensemble, predict.

    Takes data frames with columns of any kind (numbers, categories, text, dates, missing values), arrays and lists.
    Rows whose target is missing are left out, with a warning.

    Args:
        time_left_for_this_task: Seconds for ``fit``; ``None`` is no limit (then ``max_trials`` must be set).
        per_run_time_limit: Seconds for one model fit; a trial fits one model per fold.
        memory_limit: MiB of memory for one trial.
        max_trials: Number of trials. A search that this ends, not the clock, gives the same model every time.
        n_jobs: Trials that run at the same time; -1 uses all processors. It never changes a trial-bounded result.
        seed: Seed of everything random.
        metric: What is optimised: a name, a metric of :func:`automl_flow.make_metric`, or a scorer of
            ``sklearn.metrics.make_scorer``; default: ``roc_auc`` for two classes, ``log_loss`` for more.
        strategy: ``auto``, ``random``, ``grid``, ``tpe``, ``gp``, ``cmaes`` or ``hyperband``.
        families: Names of the model families to use; ``None`` uses all.
        roles: Column roles that override the guesses, for example ``{"zip": "categorical"}``; a name that no column
            has is an error.
        accept: Codes of findings of the data checks that are known and fine, for example ``["target_copy"]``; others
            are warnings, or errors where they make a model worthless.
        monotone: Numeric or ordinal columns with which predictions must rise (1) or fall (-1). Families that cannot
            keep to this are left out (``left_out_`` says which).
        time: Column that orders the rows: models are then validated on later rows than they were trained on.
        folds: Folds of the cross-validation; ``None`` chooses by the rows and the time.
        features: Whether features may be made, as far as out-of-fold gains justify them.
        stacking: Whether a second layer of models may read what the first ones predict, on 1,000 rows and more.
        predict_microseconds: Work to predict a row (one thread, estimated) that the ensemble must not exceed; with
            less it is made of fewer and cheaper models.
        if_nothing_finished: What ``fit`` does where no trial finished: ``error``, or ``constant``: predict the class
            shares or the mean, with a warning.
        progress: Whether progress is shown.

    Attributes:
        model_: The ensemble.
        weights_: Weight of each trial in it, by number.
        records_: All trials; :meth:`leaderboard` is a table of them.
        left_out_: Families that could not be used, with the reason.
        findings_: What the data checks found.
        notes_: What one would not expect of the search, in sentences; the serious ones are warnings, too.
        interrupted_: Ctrl-C ended the search; see :meth:`fit`.
        task_, profile_, recipe_, plan_: The task as it was understood, its columns, and how they are prepared.
        reproduce_: Settings that repeat the search without a limit in seconds.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Search for models and build an ensemble.

        Args:
            X: Rows.
            y: Class of each row.
            sample_weight: Weight of each row.
            groups: Group of each row; rows of a group never stand on both sides of a fold.

        Raises:
            DataError: The data cannot be learned from; the message says why.
            ConfigError: A setting is not allowed.
            BudgetError: No trial finished; the message has the causes. See ``if_nothing_finished``.
            KeyboardInterrupt: Ctrl-C was pressed. What was finished by then is kept: if any trial was, the estimator
                is fitted, with a warning, and the interrupt is passed on so that a loop around ``fit`` ends, too.
        """
        self._fit(X, y, sample_weight, groups)
        self.classes_ = label_array(self.model_.classes or ())
        end_fit(self.notes_, interrupted=self.interrupted_)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Predict the probability of each class; columns in the order of ``classes_``.

        Args:
            X: Rows, see :meth:`predict`.

        Raises:
            DataError: There are no rows, or a column of the training is missing.
        """
        rows = self._new_rows(X)
        return self.model_.predict_proba(rows)

    def _task(self, rows: Rows) -> TaskSpec:
        from sklearn.utils.multiclass import check_classification_targets

        mixed = rows.y.dtype == object
        if not pd.api.types.is_numeric_dtype(rows.y.dtype):
            distinct_labels(rows.y, "y")  # has more to say of odd values than scikit-learn
        try:
            check_classification_targets(rows.y.to_numpy())
        except (ValueError, TypeError) as error:
            advice = "labels are of several kinds: is it y.astype(str)?" if mixed else "is it a regression?"
            raise DataError(f"y: {error}; {advice}") from None
        problem: Problem = "binary" if rows.y.nunique() <= 2 else "multiclass"
        return self._make_task(problem, list(rows.X.columns))


class AutoMLRegressor(RegressorMixin, TabularEstimator):
    """Regression of tables: search, ensemble, predict.

    Takes data frames with columns of any kind (numbers, categories, text, dates, missing values), arrays and lists.
    Rows whose target is missing are left out, with a warning.

    Args:
        time_left_for_this_task: Seconds for ``fit``; ``None`` is no limit (then ``max_trials`` must be set).
        per_run_time_limit: Seconds for one model fit; a trial fits one model per fold.
        memory_limit: MiB of memory for one trial.
        max_trials: Number of trials. A search that this ends, not the clock, gives the same model every time.
        n_jobs: Trials that run at the same time; -1 uses all processors. It never changes a trial-bounded result.
        seed: Seed of everything random.
        metric: What is optimised: a name (``pinball_0.9`` predicts the 90 % quantile), a metric of
            :func:`automl_flow.make_metric`, or a scorer of ``sklearn.metrics.make_scorer``; default: ``rmse``.
        strategy: ``auto``, ``random``, ``grid``, ``tpe``, ``gp``, ``cmaes`` or ``hyperband``.
        families: Names of the model families to use; ``None`` uses all.
        roles: Column roles that override the guesses, for example ``{"zip": "categorical"}``; a name that no column
            has is an error.
        accept: Codes of findings of the data checks that are known and fine, for example ``["target_copy"]``; others
            are warnings, or errors where they make a model worthless.
        monotone: Numeric or ordinal columns with which predictions must rise (1) or fall (-1). Families that cannot
            keep to this are left out (``left_out_`` says which).
        time: Column that orders the rows: models are then validated on later rows than they were trained on.
        folds: Folds of the cross-validation; ``None`` chooses by the rows and the time.
        features: Whether features may be made, as far as out-of-fold gains justify them.
        stacking: Whether a second layer of models may read what the first ones predict, on 1,000 rows and more.
        predict_microseconds: Work to predict a row (one thread, estimated) that the ensemble must not exceed; with
            less it is made of fewer and cheaper models.
        if_nothing_finished: What ``fit`` does where no trial finished: ``error``, or ``constant``: predict the class
            shares or the mean, with a warning.
        progress: Whether progress is shown.

    Attributes:
        model_: The ensemble.
        weights_: Weight of each trial in it, by number.
        records_: All trials; :meth:`leaderboard` is a table of them.
        left_out_: Families that could not be used, with the reason.
        findings_: What the data checks found.
        notes_: What one would not expect of the search, in sentences; the serious ones are warnings, too.
        interrupted_: Ctrl-C ended the search; see :meth:`fit`.
        task_, profile_, recipe_, plan_: The task as it was understood, its columns, and how they are prepared.
        reproduce_: Settings that repeat the search without a limit in seconds.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None, groups: Any = None) -> Self:
        """Search for models and build an ensemble.

        Args:
            X: Rows.
            y: Value of each row.
            sample_weight: Weight of each row.
            groups: Group of each row; rows of a group never stand on both sides of a fold.

        Raises:
            DataError: The data cannot be learned from; the message says why.
            ConfigError: A setting is not allowed.
            BudgetError: No trial finished; the message has the causes. See ``if_nothing_finished``.
            KeyboardInterrupt: Ctrl-C was pressed. What was finished by then is kept: if any trial was, the estimator
                is fitted, with a warning, and the interrupt is passed on so that a loop around ``fit`` ends, too.
        """
        self._fit(X, y, sample_weight, groups)
        end_fit(self.notes_, interrupted=self.interrupted_)
        return self

    def _task(self, rows: Rows) -> TaskSpec:
        check_values(rows.y, "y")
        return self._make_task("regression", list(rows.X.columns))
