from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn import datasets

import automl_flow as af
from automl_flow.core.errors import ConfigError, DataError

SETTINGS = {"max_trials": 4, "time_left_for_this_task": None, "n_jobs": 2, "seed": 3, "progress": False}
FAMILIES = ["lightgbm", "extra_trees", "linear"]


@pytest.fixture(scope="module")
def body() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Exercises, and three measurements of the bodies of those who did them."""
    return datasets.load_linnerud(return_X_y=True, as_frame=True)


@pytest.fixture(scope="module")
def labels() -> tuple[np.ndarray, np.ndarray]:
    return datasets.make_multilabel_classification(150, 8, n_classes=3, random_state=1)


def test_several_outputs_are_one_model_that_comes_back_from_its_folder(body, tmp_path):
    X, Y = body
    model = af.AutoMLRegressor(families=FAMILIES, **SETTINGS).fit(X, Y)
    predicted = model.predict(X)
    assert predicted.shape == Y.shape
    assert model.task_.targets == ("Weight", "Waist", "Pulse")
    assert model.leaderboard().score.min() > 0.5  # relative RMSE, not pounds
    model.save(tmp_path / "model")
    np.testing.assert_array_equal(af.load_model(tmp_path / "model").predict(X), predicted)


def test_several_labels_are_one_model_that_comes_back_from_its_folder(labels, tmp_path):
    X, Y = labels
    model = af.AutoMLClassifier(families=FAMILIES, **SETTINGS).fit(X, Y)
    chances = model.predict_proba(X)
    assert chances.shape == Y.shape
    assert not np.allclose(chances.sum(axis=1), 1)
    np.testing.assert_array_equal(model.predict(X), chances >= 0.5)
    frequencies = np.tile(Y.mean(axis=0), (len(Y), 1))
    assert _log_loss(Y, chances) < 0.8 * _log_loss(Y, frequencies)
    model.save(tmp_path / "model")
    loaded = af.load_model(tmp_path / "model")
    np.testing.assert_array_equal(loaded.predict_proba(X), chances)
    assert [own.tolist() for own in model.classes_] == [own.tolist() for own in loaded.classes_] == [[0, 1]] * 3


def _log_loss(Y: np.ndarray, chances: np.ndarray) -> float:
    return float(-np.log(np.where(Y == 1, chances, 1 - chances)).mean())


def test_the_result_does_not_depend_on_the_number_of_workers(labels):
    X, Y = labels
    one, two = (
        af.AutoMLClassifier(families=FAMILIES, **{**SETTINGS, "n_jobs": jobs}).fit(X, Y).predict_proba(X)
        for jobs in (1, 2)
    )
    np.testing.assert_array_equal(one, two)


def test_rows_that_lack_one_of_the_targets_are_left_out(body):
    X, Y = body
    with pytest.warns(UserWarning, match="missing .* in 1 of 20 rows"):
        af.AutoMLRegressor(families=["linear"], **{**SETTINGS, "max_trials": 1}).fit(
            X, Y.assign(Waist=Y["Waist"].where(Y.index != 3))
        )


@pytest.mark.parametrize(
    ("settings", "error", "match"),
    [
        ({"monotone": {"Chins": 1}}, ConfigError, "monotone"),
        ({"metric": "pinball_0.9"}, ConfigError, "multioutput"),
        ({"metric": "rmsle"}, ConfigError, "multioutput"),
    ],
)
def test_what_one_target_has_and_several_do_not_is_refused(body, settings, error, match):
    X, Y = body
    with pytest.raises(error, match=match):
        af.AutoMLRegressor(**SETTINGS, **settings).fit(X, Y)


def test_labels_that_are_no_labels_are_refused(labels):
    X, Y = labels
    with pytest.raises(DataError, match="label 'y_0' holds 7 in row 0"):
        af.AutoMLClassifier(**SETTINGS).fit(X, np.where(np.arange(len(Y))[:, None] == 0, 7, Y))


def test_a_column_that_copies_one_of_the_targets_is_found(body):
    X, Y = body
    rows = pd.concat([X] * 5, ignore_index=True) + np.random.default_rng(0).normal(size=(100, 3))
    targets = pd.concat([Y] * 5, ignore_index=True) + np.random.default_rng(1).normal(size=(100, 3))
    with pytest.raises(DataError, match="of the target 'Waist'"):
        af.AutoMLRegressor(**SETTINGS).fit(rows.assign(belt=2.54 * targets["Waist"]), targets)


def test_targets_called_like_columns_get_names_of_their_own(body):
    X, Y = body
    names = ["Chins", "Chins_", "Jumps"]
    rows, targets = X.rename(columns={"Situps": "Chins_"}), Y.set_axis(names, axis=1)
    model = af.AutoMLRegressor(families=["linear"], **{**SETTINGS, "max_trials": 1}).fit(rows, targets)
    assert model.task_.targets == ("Chins__", "Chins___", "Jumps_")


@pytest.mark.parametrize(
    "told",
    [
        lambda Y: np.where(Y == 1, "yes", "no"),
        lambda Y: pd.DataFrame(Y).astype("Int64"),
        lambda Y: pd.DataFrame(Y).astype("category"),
        lambda Y: (Y == 1).tolist(),
    ],
    ids=["words", "nullable", "categories", "truth values"],
)
def test_labels_in_any_form_are_scored_as_they_were_learned(labels, told, tmp_path):
    X, Y = labels
    model = af.AutoMLClassifier(families=["linear"], **{**SETTINGS, "max_trials": 1}).fit(X, told(Y))
    exact = (model.predict(X) == Y).all(axis=1).mean()
    assert model.score(X, told(Y)) == pytest.approx(exact)
    assert model.score(X[Y[:, 0] == 1], told(Y[Y[:, 0] == 1])) > 0  # a label may be the same in all rows
    model.save(tmp_path / "model")
    assert af.load_model(tmp_path / "model").score(X, told(Y)) == pytest.approx(exact)
