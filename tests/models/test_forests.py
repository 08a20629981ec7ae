"""Forests that grow and are asked tree by tree."""

from __future__ import annotations

import time

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier

from automl_flow.models._forests import grow_forest
from automl_flow.models.family import FitContext, FoldData
from automl_flow.models.formats.trees import Forest


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
    np.testing.assert_array_equal(Forest.of(forest).predict(X), forest.predict_proba(X))


def test_values_are_those_of_the_forest(rows):
    X, y = rows
    forest = ExtraTreesRegressor(20, random_state=0).fit(X, y)
    np.testing.assert_array_equal(Forest.of(forest).predict(X)[:, 0], forest.predict(X))


def test_a_stored_forest_predicts_the_same(rows):
    X, y = rows
    for forest in (RandomForestClassifier(5, random_state=0).fit(X, y > 0), ExtraTreesRegressor(5).fit(X, y)):
        kept = Forest.of(forest)
        np.testing.assert_array_equal(Forest.from_bytes(kept.to_bytes()).predict(X), kept.predict(X))


@pytest.mark.parametrize("weighted", [False, True])
def test_a_forest_that_grows_in_steps_is_the_one_that_grows_in_one_go(rows, weighted):
    X, y = rows
    labels = np.digitize(y, [-0.5, 0.5])
    weight = np.random.default_rng(1).uniform(size=len(y)) if weighted else None
    context = FitContext("multiclass", "log_loss", len(X), X.shape[1], n_classes=3, seed=0)
    at_once = RandomForestClassifier(25, random_state=0).fit(X, labels, sample_weight=weight)
    grown = grow_forest(RandomForestClassifier(25, random_state=0), FoldData(X, labels, weight), context)
    assert (grown.iterations, grown.cut_short) == (25, False)
    np.testing.assert_array_equal(grown.model.predict_proba(X), at_once.predict_proba(X))
    assert grown.model.get_params() == at_once.get_params()


def test_a_forest_that_is_out_of_time_keeps_its_first_trees(rows):
    X, y = rows
    context = FitContext("regression", "rmse", len(X), X.shape[1], n_classes=0, seed=0, deadline=time.monotonic())
    grown = grow_forest(ExtraTreesRegressor(1000, random_state=0), FoldData(X, y), context)
    assert grown.cut_short
    assert grown.iterations == len(grown.model.estimators_) < 1000
    first = ExtraTreesRegressor(grown.iterations, random_state=0).fit(X, y)
    np.testing.assert_array_equal(grown.model.predict(X), first.predict(X))


def test_a_forest_on_all_rows_has_as_many_trees_as_those_of_the_folds(rows):
    X, y = rows
    context = FitContext("regression", "rmse", len(X), X.shape[1], n_classes=0, seed=0, iterations=17)
    grown = grow_forest(ExtraTreesRegressor(40, random_state=0), FoldData(X, y), context)
    assert (grown.iterations, grown.cut_short) == (17, False)
    assert len(grown.model.estimators_) == 17
