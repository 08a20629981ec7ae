"""No leaks: steps that look at the target see training rows only."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from automl_flow.recipes import build_preprocessor
from tests.recipes.tables import describe


@pytest.mark.parametrize(
    ("encoding", "model"),
    [("scaled", LogisticRegression()), ("ordinal", DecisionTreeClassifier(max_depth=4, random_state=0))],
)
def test_random_categories_tell_nothing_about_a_random_target(encoding, model):
    random = np.random.default_rng(5)
    table = pd.DataFrame({"city": [f"c{number}" for number in random.integers(0, 800, 3000)]})
    y = random.integers(0, 2, 3000)
    profile, recipe = describe(table)
    assert recipe.step_of("city") == "many_categories"
    pipeline = make_pipeline(build_preprocessor(recipe, None, profile, encoding, 0), model)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    training = pipeline.fit(table, y).predict_proba(table)[:, 1]
    out_of_fold = cross_val_predict(pipeline, table, y, cv=folds, method="predict_proba")[:, 1]
    assert abs(roc_auc_score(y, out_of_fold) - 0.5) < 0.04
    assert roc_auc_score(y, training) < 0.75  # without cross-fitting the model trusts its own targets: about 0.9


def test_informative_categories_are_used():
    random = np.random.default_rng(5)
    city = random.integers(0, 100, 3000)
    table = pd.DataFrame({"city": [f"c{number}" for number in city]})
    y = (city % 2).astype(int)
    profile, recipe = describe(table)
    pipeline = make_pipeline(build_preprocessor(recipe, None, profile, "scaled", 0), LogisticRegression())
    out_of_fold = cross_val_predict(pipeline, table, y, cv=3, method="predict_proba")[:, 1]
    assert roc_auc_score(y, out_of_fold) > 0.95


def test_a_fold_does_not_know_the_labels_of_the_others():
    table = pd.DataFrame({"colour": ["red", "blue"] * 20 + ["green"] * 10, "x": np.arange(50.0)})
    profile, recipe = describe(table)
    preprocessor = build_preprocessor(recipe, None, profile, "scaled", 0).fit(table.iloc[:40], np.arange(40) % 2)
    assert not any("green" in name for name in preprocessor.get_feature_names_out())
