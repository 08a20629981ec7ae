"""Domain knowledge about rows and columns, given to the estimators."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.multioutput import MultiOutputRegressor

from automl_flow import AutoMLClassifier, AutoMLRegressor, load_model, make_metric
from automl_flow.core.errors import ConfigError, DataError
from automl_flow.estimators.tabular_estimator import TabularEstimator
from tests.models.problems import mixed_table

QUICK = {"max_trials": 2, "families": ["linear"], "n_jobs": 1, "features": False, "time_left_for_this_task": None}


def test_a_lambda_of_a_script_guides_the_search(tmp_path):
    X, y = mixed_table("regression")
    worst = make_metric(lambda y_true, y_pred: float(np.abs(y_true - y_pred).max()), greater_is_better=False)
    model = AutoMLRegressor(**QUICK, metric=worst).fit(X, y)
    assert model.leaderboard()["state"].tolist() == ["complete", "complete"]
    assert model.leaderboard()["score"].is_monotonic_increasing
    model.save(tmp_path / "model")  # without the function: predicting needs none
    assert np.array_equal(load_model(tmp_path / "model").predict(X), model.predict(X))


def test_an_ensemble_keeps_to_a_direction_and_names_the_families_that_cannot():
    X, y = mixed_table("regression")
    settings = {**QUICK, "families": ["lightgbm", "knn", "hist_gradient_boosting"], "features": True}
    model = AutoMLRegressor(**settings, monotone={"size": 1}).fit(X, y)
    sweep = X.iloc[[3] * 60].assign(size=np.linspace(-3, 3, 60))
    assert np.diff(model.predict(sweep)).min() >= -1e-7
    assert model.left_out_ == {"knn": "cannot keep to monotone constraints"}
    assert not any("size" in proposal.columns for proposal in model.plan_.proposals)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"monotone": {"sise": 1}}, "monotone: the table has no column 'sise'; did you mean 'size'"),
        ({"monotone": {"colour": 1}}, "'colour' is categorical, but must be numeric or ordinal"),
        ({"monotone": {"size": 2}}, "monotone.size"),
        ({"monotone": {"size": 1}, "metric": "pinball_0.9"}, "cannot be combined with a quantile"),
        ({"monotone": {"size": 1}}, "knn cannot keep to monotone constraints"),
        ({"time": "date"}, "no column 'date'"),
        ({"time": "colour"}, "is not a timestamp"),
    ],
)
def test_knowledge_that_does_not_fit_is_refused_in_words(settings, message):
    X, y = mixed_table("regression")
    with pytest.raises((ConfigError, DataError), match=message):
        AutoMLRegressor(**{**QUICK, "families": ["knn"], **settings}).fit(X, y)


def test_no_fold_trains_on_the_future(monkeypatch):
    seen, keep = [], TabularEstimator._keep
    monkeypatch.setattr(TabularEstimator, "_keep", lambda self, p, built: (seen.append(p), keep(self, p, built)))
    X, y = mixed_table("regression")
    order = np.random.default_rng(1).permutation(len(X))
    X["day"] = (pd.Timestamp("2020-01-15") + pd.to_timedelta(order, unit="D")).strftime("%d/%m/%Y")
    AutoMLRegressor(**QUICK, time="day").fit(X, y)
    assert len(seen[0].folds) > 1
    assert all(order[fit].max() < order[valid].min() for fit, valid in seen[0].folds)


def test_a_quantile_covers_its_share_of_new_rows():
    X, y = mixed_table("regression", rows=1_000)
    settings = {**QUICK, "max_trials": 3, "families": ["lightgbm", "hist_gradient_boosting", "catboost"]}
    model = AutoMLRegressor(**settings, metric="pinball_0.9").fit(X[:500], y[:500])
    assert 0.82 < np.mean(y[500:] <= model.predict(X[500:])) < 0.95


def test_groups_and_time_cannot_both_bind_the_folds():
    X, y = mixed_table("binary")
    with pytest.raises(DataError, match="not both"):
        AutoMLClassifier(**QUICK, time="size").fit(X, y, groups=np.arange(len(X)) // 10)


def test_several_outputs_may_also_have_a_model_each():
    X, y = mixed_table("regression")
    Y = np.column_stack([y, -y])
    assert MultiOutputRegressor(AutoMLRegressor(**QUICK)).fit(X, Y).score(X, Y) > 0.5
