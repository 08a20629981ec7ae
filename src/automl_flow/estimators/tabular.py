"""AutoML on tables as scikit-learn estimators."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import RegressorMixin

from automl_flow.core.errors import DataError
from automl_flow.estimators.docstrings import with_inherited_docs
from automl_flow.estimators.search_estimator import SearchClassifier
from automl_flow.estimators.tables import TrainingRows
from automl_flow.estimators.tabular_estimator import TabularEstimator
from automl_flow.tabular.fit import TabularFit
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tasks.labels import check_values, distinct_labels
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.types import Problem


@with_inherited_docs
class AutoMLClassifier(SearchClassifier, TabularEstimator):
    """Classifies rows of a table with an ensemble that a search builds.

    Takes data frames with columns of any kind (numbers, categories, text, dates, missing values), arrays and lists.
    Rows with a missing target are left out, with a warning.

    Args:
        metric: Metric to optimise: a name, a metric of :func:`automl_flow.make_metric`, or a scorer of
            ``sklearn.metrics.make_scorer``; ``None`` is ``roc_auc`` for two classes, ``log_loss`` for more
            and for several labels (the mean over the labels).

    Attributes:
        classes_: Classes in the order of the columns of ``predict_proba``; for several labels a list of 0 and 1 each.
    """

    def _keep(self, problem: TabularProblem, built: TabularFit) -> None:
        super()._keep(problem, built)
        self.classes_ = built.model.classes_

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Predict the probability of each class, (n, k); columns in the order of ``classes_``.

        For several labels it is the probability that each label applies; columns in the order of y's.

        Args:
            X: Rows, see :meth:`predict`.

        Raises:
            DataError: There are no rows, or a training column is missing.
        """
        rows = self._new_rows(X)
        return self.model_.predict_proba(rows)

    def __sklearn_tags__(self) -> Any:
        """Tags for multi-label targets."""
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags

    def _task(self, rows: TrainingRows) -> TaskSpec:
        from sklearn.utils.multiclass import check_classification_targets

        if isinstance(rows.y, pd.DataFrame):
            return self._make_task("multilabel", rows)
        mixed = rows.y.dtype == object
        if not pd.api.types.is_numeric_dtype(rows.y.dtype):
            distinct_labels(rows.y, "y")  # explains odd values better than scikit-learn
        try:
            check_classification_targets(rows.y.to_numpy())
        except (ValueError, TypeError) as error:
            advice = "labels have mixed types; did you mean y.astype(str)?" if mixed else "is it a regression?"
            raise DataError(f"y: {error}; {advice}") from None
        problem: Problem = "binary" if rows.y.nunique() <= 2 else "multiclass"
        return self._make_task(problem, rows)


@with_inherited_docs
class AutoMLRegressor(RegressorMixin, TabularEstimator):
    """Predicts a number for each row of a table with an ensemble that a search builds.

    Takes data frames with columns of any kind (numbers, categories, text, dates, missing values), arrays and lists.
    Rows with a missing target are left out, with a warning.

    Args:
        metric: Metric to optimise: a name (``pinball_0.9`` predicts the 90 % quantile), a metric of
            :func:`automl_flow.make_metric`, or a scorer of ``sklearn.metrics.make_scorer``; ``None`` is ``rmse``,
            and for several outputs ``relative_rmse``: the mean over the outputs of RMSE / standard deviation.
    """

    def _task(self, rows: TrainingRows) -> TaskSpec:
        if isinstance(rows.y, pd.DataFrame):
            return self._make_task("multioutput", rows)
        check_values(rows.y, "y")
        return self._make_task("regression", rows)
