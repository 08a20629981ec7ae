"""Rows to predict that are not quite those of the training, for a fitted estimator and for the model it saved."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from automl_flow import AutoMLClassifier, load_model
from automl_flow.core.errors import AutoMLFlowWarning, DataError

QUICK = {"max_trials": 1, "families": ["lightgbm"], "n_jobs": 1, "features": False, "time_left_for_this_task": None}
KINDS = ["fitted", "loaded"]


class Frame:
    """A data frame of another library, which knows the way to pandas."""

    def __init__(self, table: pd.DataFrame) -> None:
        self.columns, self._table = list(table.columns), table

    def to_pandas(self) -> pd.DataFrame:
        return self._table


class Plan:
    """A lazy frame."""

    columns = ("size",)

    def collect_schema(self) -> None:
        """What lazy frames have."""


def table() -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(0)
    day = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, 120), unit="D")
    X = pd.DataFrame({"size": rng.normal(size=120), "colour": rng.choice(["red", "blue"], 120), "day": day})
    return X, (X["size"] + (X["colour"] == "red") > 0.5).astype(int)


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    X, y = table()
    fitted = AutoMLClassifier(**QUICK).fit(X, y)
    fitted.save(tmp_path_factory.mktemp("saved") / "model")
    return {"fitted": fitted, "loaded": load_model(tmp_path_factory.getbasetemp() / "saved0" / "model")}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "change",
    [
        lambda X: X[["day", "size", "colour"]],
        lambda X: X.astype({"colour": "category", "size": "str", "day": "str"}),
        lambda X: X.astype(object),
        lambda X: X.set_axis(range(500, 620)),
        pa.Table.from_pandas,
        pa.RecordBatch.from_pandas,
        lambda X: X.to_dict("list"),
        lambda X: X.to_dict("records"),
        Frame,
    ],
    ids=["reordered", "retyped", "objects", "index", "arrow", "batch", "dict", "records", "frame"],
)
def test_columns_are_found_by_name_whatever_holds_them(models, kind, change):
    X, _ = table()
    assert np.array_equal(models[kind].predict_proba(change(X)), models["fitted"].predict_proba(X))


@pytest.mark.parametrize("kind", KINDS)
def test_other_columns_are_ignored_and_that_is_said(models, kind):
    X, y = table()
    with pytest.warns(AutoMLFlowWarning, match=r"1 columns .* are ignored: 'target'"):
        predicted = models[kind].predict(X.assign(target=y))
    assert np.array_equal(predicted, models[kind].predict(X))


@pytest.mark.parametrize("kind", KINDS)
def test_an_array_is_taken_by_position_and_that_is_said(models, kind):
    X, _ = table()
    with pytest.warns(AutoMLFlowWarning, match="matched by position"):
        predicted = models[kind].predict(X.to_numpy(dtype=object))
    assert np.array_equal(predicted, models[kind].predict(X))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X.drop(columns="day"), r"lack 1 of the 3 training columns: 'day'"),
        (lambda X: X.rename(columns={"colour": "color"}), "'colour'; did you mean 'color'"),
        (lambda X: X.set_axis(["size", "day", "day"], axis=1), "duplicate column names: day"),
        (lambda X: X.to_numpy()[:, :2], "X has 2 features, but TabularModel is expecting 3"),
        (lambda X: X["size"], "Expected 2D array"),
        (lambda X: X["size"].to_numpy(), "Expected 2D array"),
        (lambda X: {"size": [1.0], "colour": ["red", "blue"], "day": [None]}, "cannot be read as a table"),
        (lambda _: Plan(), "collect it"),
        (lambda _: None, "Expected 2D array"),
        (lambda X: X.set_axis(["size\x1b[2J", "colour", "day"], axis=1), r"size\\x1b"),
    ],
    ids=["missing", "renamed", "twice", "fewer", "series", "vector", "uneven", "lazy", "none", "escape"],
)
def test_rows_that_do_not_fit_are_refused_in_words(models, kind, change, message):
    X, _ = table()
    with pytest.raises(DataError, match=message):
        models[kind].predict(change(X))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("column", "cells", "message"),
    [
        ("size", ["1,5", "n/a?", *["1.0"] * 118], r"size: 2 are no finite numbers \('1,5', 'n/a\?'\)"),
        ("size", [np.inf, *[1.0] * 119], r"size: 1 are no finite numbers \('inf'\)"),
        ("size", [dt.date(2020, 1, 1)] * 120, "size: 120 are no finite numbers"),
        ("size", [[1, 2]] * 120, r"size: 120 are no finite numbers \('\[1, 2\]'\)"),
        ("size", [{"a": 1}] * 120, r"size: 120 are no finite numbers"),
        ("size", ["\x1b[2J" * 99] * 120, r"size: 120 .*\\x1b"),
        ("day", ["yesterday", *["2020-01-05"] * 119], r"day: 1 are no dates \('yesterday'\)"),
        ("colour", [3.0] * 120, "colour: 120 are numbers, where training had words"),
    ],
    ids=["text", "infinite", "dates", "lists", "dictionaries", "escape", "words", "numbers"],
)
def test_cells_that_cannot_be_read_are_counted_and_shown(models, kind, column, cells, message):
    X, _ = table()
    with pytest.warns(AutoMLFlowWarning, match=message):
        assert np.isfinite(models[kind].predict_proba(X.assign(**{column: cells}))).all()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("column", "cells"),
    [("size", [None, "", " 1.5 ", *["2"] * 117]), ("colour", ["violet"] * 120), ("day", [pd.NaT] * 120)],
    ids=["gaps", "unseen", "no-dates"],
)
def test_gaps_and_new_labels_are_nothing_to_speak_of(models, kind, column, cells):
    X, _ = table()
    assert models[kind].predict(X.assign(**{column: cells})).shape == (120,)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fitted_and_a_loaded_model_have_one_interface(models, kind):
    X, y = table()
    model = models[kind]
    assert model.classes_.tolist() == [0, 1]
    assert model.feature_names_in_.tolist() == ["size", "colour", "day"]
    assert model.n_features_in_ == 3
    assert model.score(X, y) > 0.8
    assert len(repr(model)) < 200


NAMES = {
    "array": None,
    "integers": [10, 2, 7],
    "tuples": [("a", 1), ("a", 2), ("b", 1)],
    "floats": [0.5, 1.5, 2.5],
    "mixed": [0, "b", None],
    "dates": list(pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03"])),
}


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES.keys())
def test_a_model_takes_the_rows_that_it_was_made_from_also_when_it_was_saved(names, tmp_path):
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3))
    rows = X if names is None else pd.DataFrame(X, columns=pd.Index(names, dtype=object))
    fitted = AutoMLClassifier(**{**QUICK, "families": ["linear"], "folds": 2}).fit(rows, (X[:, 0] > 0).astype(int))
    fitted.save(tmp_path / "model")
    assert np.array_equal(load_model(tmp_path / "model").predict(rows), fitted.predict(rows))


def test_a_model_of_an_array_takes_frames_by_position():
    X = np.random.default_rng(0).normal(size=(60, 2))
    model = AutoMLClassifier(**{**QUICK, "families": ["linear"], "folds": 2}).fit(X, (X[:, 0] > 0).astype(int))
    assert np.array_equal(model.predict(pd.DataFrame(X, columns=["a", "b"])), model.predict(X))


def test_names_of_any_frame_are_kept_in_training():
    X, y = table()
    model = AutoMLClassifier(**{**QUICK, "families": ["linear"], "folds": 2}).fit(pa.Table.from_pandas(X), y)
    assert model.feature_names_in_.tolist() == ["size", "colour", "day"]
