"""Trees of histogram gradient boosting, apart from the estimator that grew them."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

from automl_flow.models.formats.boosted_trees import BoostedTrees


def rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(200, 4)).astype(np.float32)
    X[::5, 1] = np.nan
    return X, np.nan_to_num(X[:, 1]) + X[:, 0] + 0.1 * rng.normal(size=200)


@pytest.mark.parametrize("cuts", [[0.0], [-0.5, 0.5]])
def test_classes_get_the_probabilities_of_the_estimator(cuts):
    X, y = rows()
    model = HistGradientBoostingClassifier(max_iter=5).fit(X, np.digitize(y, cuts))
    np.testing.assert_array_equal(BoostedTrees.of(model).predict(X, classes=True), model.predict_proba(X))


@pytest.mark.parametrize("loss", ["squared_error", "quantile"])
def test_values_are_those_of_the_estimator(loss):
    X, y = rows()
    model = HistGradientBoostingRegressor(max_iter=5, loss=loss, quantile=0.8).fit(X, y)
    np.testing.assert_array_equal(BoostedTrees.of(model).predict(X, classes=False)[:, 0], model.predict(X))


def test_stored_trees_predict_the_same():
    X, y = rows()
    trees = BoostedTrees.of(HistGradientBoostingRegressor(max_iter=5).fit(X, y))
    again = BoostedTrees.from_bytes(trees.to_bytes())
    np.testing.assert_array_equal(again.predict(X, classes=False), trees.predict(X, classes=False))
    assert again.steps == 5
