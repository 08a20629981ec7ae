from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow import AutoMLClassifier, AutoMLRegressor, load_model
from automl_flow.core.errors import AutoMLFlowWarning, ConfigError, DataError
from tests.models.problems import mixed_table

QUICK = {
    "max_trials": 3,
    "families": ["linear", "knn"],
    "n_jobs": 1,
    "features": False,
    "time_left_for_this_task": None,
}


@pytest.fixture(scope="module")
def fitted():
    X, y = mixed_table("multiclass")
    return AutoMLClassifier(**QUICK).fit(X, y), X, y


def test_a_classifier_learns_mixed_columns(fitted):
    model, X, y = fitted
    assert model.classes_.tolist() == ["a", "b", "c"]
    assert model.predict_proba(X).shape == (len(X), 3)
    assert model.score(X, y) > 0.6


def test_a_regressor_learns_mixed_columns():
    X, y = mixed_table("regression")
    assert AutoMLRegressor(**QUICK).fit(X, y).score(X, y) > 0.5


def test_the_leaderboard_lists_every_trial_best_first(fitted):
    board = fitted[0].leaderboard()
    assert len(board) == 3
    assert board["score"].is_monotonic_increasing  # log loss
    assert board["weight"].sum() == pytest.approx(1)


def test_a_saved_model_predicts_the_same(fitted, tmp_path):
    model, X, _ = fitted
    model.save(tmp_path / "model")
    assert np.array_equal(load_model(tmp_path / "model").predict_proba(X), model.predict_proba(X))


def test_unseen_categories_and_infinities_can_be_predicted(fitted):
    model, X, _ = fitted
    odd = X.assign(colour=pd.Categorical(["violet"] * len(X)), size=np.inf)
    with pytest.warns(AutoMLFlowWarning, match="size: 150 are no finite numbers"):
        assert np.isfinite(model.predict_proba(odd)).all()


def test_rows_without_target_are_left_out_with_a_warning():
    X, y = mixed_table("binary")
    y[:9] = None
    with pytest.warns(UserWarning, match="missing .* in 9 of 150 rows"):
        model = AutoMLClassifier(**QUICK).fit(X, y)
    assert model.classes_.tolist() == ["a", "b"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X, y: (X.head(0), y.head(0)), "0 sample"),
        (lambda X, y: (X, y.where(y.isna(), "a")), "one class only"),
        (lambda X, y: (X.set_axis(["a", "a", "b", "c"], axis=1), y), "duplicate column names: a"),
        (lambda X, y: (X, y.head(10)), "150 rows and y has 10"),
        (lambda X, y: (X, None), "target y is None"),
        (lambda X, y: (X, y.where(y.isna())), "missing .* in all"),
        (lambda X, y: (X.head(1), y.head(1)), "1 sample"),
    ],
)
def test_bad_data_are_refused_in_words(change, message):
    X, y = mixed_table("binary")
    with pytest.raises(DataError, match=message):
        AutoMLClassifier(**QUICK).fit(*change(X, y))


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"strategy": "tpee"}, "strategy"),
        ({"metric": "acuracy"}, "did you mean 'accuracy'"),
        ({"families": ["linaer"]}, "did you mean 'linear'"),
        ({"time_left_for_this_task": -1}, "time_left_for_this_task"),
        ({"max_trials": None}, "needs a limit"),
    ],
)
def test_bad_settings_are_refused_in_words(settings, message):
    X, y = mixed_table("binary")
    with pytest.raises(ConfigError, match=message):
        AutoMLClassifier(**{**QUICK, **settings}).fit(X, y)


def test_ten_rows_with_a_class_of_one_member_are_enough():
    X, y = mixed_table("multiclass", rows=10)
    y[:] = ["a"] * 5 + ["b"] * 4 + ["c"]
    with pytest.warns(AutoMLFlowWarning, match="rare_classes: 3 of 3 classes .* c: 1"):
        model = AutoMLClassifier(**QUICK).fit(X, y)
    assert model.predict_proba(X).shape == (10, 3)


def test_groups_stay_on_one_side():
    X, y = mixed_table("binary")
    model = AutoMLClassifier(**QUICK).fit(X, y, groups=np.repeat(np.arange(15), 10))
    assert len(model.leaderboard()) == 3
