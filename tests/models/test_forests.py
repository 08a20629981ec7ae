"""Forests that are asked tree by tree."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier

from automl_flow.models._forests import forest_predict


@pytest.fixture
def rows():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(300, 5)).astype(np.float32)
    X[::7, 2] = np.nan
    return X, np.nan_to_num(X[:, 0]) + rng.normal(size=300)


def test_classes_get_the_probabilities_of_the_forest(rows):
    X, y = rows
    labels = np.digitize(y, [-0.5, 0.5])
    forest = RandomForestClassifier(20, random_state=0).fit(X, labels)
    np.testing.assert_array_equal(forest_predict(forest, X, "multiclass"), forest.predict_proba(X))


def test_values_are_those_of_the_forest(rows):
    X, y = rows
    forest = ExtraTreesRegressor(20, random_state=0).fit(X, y)
    np.testing.assert_array_equal(forest_predict(forest, X, "regression")[:, 0], forest.predict(X))
