"""Training rows and settings that are not fit to learn from: refused or warned of before a worker starts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from automl_flow import AutoMLClassifier, AutoMLRegressor
from automl_flow.core.errors import AutoMLFlowWarning, ConfigError, DataError
from automl_flow.estimators import tabular_estimator
from automl_flow.serialization import skops
from tests.hostile.workers import Idle

QUICK = {"max_trials": 1, "families": ["linear"], "n_jobs": 1, "features": False, "folds": 2}
ROWS = 120


class StartedError(Exception):
    """A search would begin now."""


@pytest.fixture
def without_search(monkeypatch):
    """Everything up to the search."""

    def search(*_: object) -> None:
        raise StartedError

    monkeypatch.setattr(tabular_estimator, "make_workers", lambda *_: Idle())
    monkeypatch.setattr(tabular_estimator, "SearchSession", search)
    # It imports in a thread, where libraries change the filters of warnings for a moment.
    monkeypatch.setattr(skops, "prepare_in_background", lambda: None)


def table() -> tuple[pd.DataFrame, pd.Series]:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"size": rng.normal(size=ROWS), "colour": rng.choice(["red", "blue"], ROWS)})
    return X, pd.Series((X["size"] + rng.normal(size=ROWS) > 0).astype(int), name="y")


def comma(number: float) -> str:
    return f"{number:.3f}".replace(".", ",")


def fit(X, y, kind=AutoMLClassifier, **settings) -> None:
    """Fit up to the search."""
    with pytest.raises(StartedError):
        kind(**QUICK, **settings).fit(X, y)


REFUSED = {
    "the target among the columns": (lambda X, y: (X.assign(y=y), y), "target_copy: y is a copy of the target"),
    "a copy of the target under another name": (
        lambda X, y: (X.assign(z=y.map({0: "n", 1: "p"})), y),
        "target_copy: z",
    ),
    "a shuffled target": (lambda X, y: (X, y.sample(frac=1, random_state=0)), r"pass y.loc\[X.index\]"),
    "shuffled rows": (lambda X, y: (X.sample(frac=1, random_state=0), y), r"pass y.loc\[X.index\]"),
    "complex numbers": (lambda X, y: (X.to_numpy()[:, :1].astype(complex), y), "Complex data"),
    "a column of complex numbers": (lambda X, y: (X.assign(z=1j), y), "Complex data .*'z'"),
    "nothing to learn from": (lambda X, y: (X.assign(id=range(ROWS))[["id"]], y), "no column is left to learn from"),
    "fields as a target": (lambda X, _: (X, np.zeros(ROWS, dtype=[("a", int)])), "fields a; pass one of them"),
    "infinite objects as classes": (lambda X, _: (X, pd.Series([1.0, np.inf] * 60, dtype=object)), "infinity"),
    "numbers beyond 64 bits as classes": (lambda X, _: (X, pd.Series([2**70, 1] * 60, dtype=object)), "64-bit"),
    "a complex target": (lambda X, y: (X, y.astype(complex)), "Complex data"),
    "an infinite target": (lambda X, y: (X, y.astype(float).where(y == 1, np.inf)), "infinity"),
    "dates as classes": (lambda X, y: (X, pd.to_datetime(y, unit="D")), "cannot be stored .* y.astype"),
    "durations as classes": (lambda X, y: (X, pd.to_timedelta(y, unit="D")), "cannot be stored"),
    "days as classes": (lambda X, y: (X, y.map({0: dt.date(2020, 1, 1), 1: dt.date(2020, 1, 2)})), "cannot be stored"),
    "decimals as classes": (lambda X, y: (X, y.map(Decimal)), "cannot be stored"),
    "tuples as classes": (lambda X, y: (X, y.map({0: (1, 2), 1: (3, 4)})), "cannot be stored"),
    "intervals as classes": (lambda X, _: (X, pd.cut(X["size"], 3)), "cannot be stored"),
    "lists as classes": (lambda X, y: (X, y.map({0: [1], 1: [2]})), "not .1"),
    "bytes as classes": (lambda X, y: (X, y.map({0: b"a", 1: b"b"})), "cannot be stored"),
    "halves of letters as classes": (
        lambda X, y: (X, pd.Series(["a", "\ud800"] * 60, dtype=object)),
        "cannot be stored",
    ),
    "classes of several kinds": (lambda X, y: (X, y.map({0: "a", 1: 2}).astype(object)), "mixed types"),
    "true and 1 as classes": (lambda X, y: (X, pd.Series([True, 1, 0] * 40, dtype=object)), "mixes booleans"),
    "numbers without end as classes": (lambda X, _: (X, X["size"]), "is it a regression"),
}


@pytest.mark.usefixtures("without_search")
@pytest.mark.parametrize(("change", "message"), REFUSED.values(), ids=REFUSED.keys())
def test_rows_that_make_a_model_worthless_are_refused(change, message):
    with pytest.raises(DataError, match=message):
        AutoMLClassifier(**QUICK).fit(*change(*table()))


REPEATED = [0] * 40 + list(range(80))
LATER = range(7, 7 + ROWS)
BACKWARDS = range(ROWS, 0, -1)
ARROW_LISTS = pd.Series([[1], [2]] * 60, dtype=pd.ArrowDtype(pa.list_(pa.int64())))
WARNED = {
    "infinities": (lambda X, y: (X.assign(z=[np.inf] + [1.0, 2.0, 3.0, 4.0] * 29 + [0.0] * 3), y), "infinite_values"),
    "an empty column": (lambda X, y: (X.assign(z=np.nan), y), "missing_values"),
    "mixed types": (lambda X, y: (X.assign(z=["x", 1, 2.5, True] * 30), y), "mixed_types: .*z"),
    "lists": (lambda X, y: (X.assign(z=[[1, i % 7] for i in range(ROWS)]), y), r"nested_cells: .*z \(list\)"),
    "dictionaries": (lambda X, y: (X.assign(z=[{"a": i % 7} for i in range(ROWS)]), y), r"z \(dict\)"),
    "Arrow's lists": (lambda X, y: (X.assign(z=ARROW_LISTS), y), r"z \(ndarray\)"),
    "decimal commas": (lambda X, y: (X.assign(z=X["size"].map(comma)), y), r"numbers_in_text: .*z \("),
    "a lonely class": (lambda X, y: (X, y.map({0: "a", 1: "b"}).where(y.index > 0, "c")), "rare_classes: .* c: 1"),
    "repeated rows": (
        lambda X, y: (X.iloc[[0] * 40 + list(range(80))], y.iloc[[0] * 40 + list(range(80))]),
        "duplicate_rows",
    ),
    "a running number": (lambda X, y: (X.assign(z=range(ROWS)), y), "identifier_columns: .*z"),
    "other index labels": (
        lambda X, y: (X.set_axis(range(7, 7 + ROWS)), y.set_axis(range(900, 900 + ROWS))),
        "by position",
    ),
}


@pytest.mark.usefixtures("without_search")
@pytest.mark.parametrize(("change", "message"), WARNED.values(), ids=WARNED.keys())
def test_what_may_harm_a_model_is_a_warning(change, message):
    with pytest.warns(AutoMLFlowWarning, match=message):
        fit(*change(*table()))


FINE = {
    "truth values and gaps": lambda X, y: (X, y.astype(bool).astype(object)),
    "whole numbers as objects": lambda X, y: (X, y.astype(object)),
    "text": lambda X, y: (X, y.map({0: "a", 1: "ü"})),
    "categories that do not occur": lambda X, y: (X, pd.Series(pd.Categorical(y, [0, 1, 2]))),
    "half a letter in a name": lambda X, y: (X.set_axis(pd.Index(["a\ud800", "b"], dtype=object), axis=1), y),
    "a target that was numbered anew": lambda X, y: (X.set_axis(LATER), y),
    "an array as target": lambda X, y: (X.set_axis(LATER), y.to_numpy()),
    "equal indexes that are not in order": lambda X, y: (
        X.set_axis(range(ROWS, 0, -1)),
        y.set_axis(range(ROWS, 0, -1)),
    ),
}


@pytest.mark.usefixtures("without_search")
@pytest.mark.parametrize("change", FINE.values(), ids=FINE.keys())
def test_plain_rows_are_taken_without_a_word(change):
    fit(*change(*table()))


@pytest.mark.usefixtures("without_search")
def test_a_finding_can_be_accepted():
    X, y = table()
    fit(X.assign(z=y), y, accept=["target_copy"])


TIMES = {
    "dates": lambda X: pd.to_datetime(X["size"] * 1e9),
    "dates with a zone": lambda X: pd.to_datetime(X["size"] * 1e9, utc=True),
    "durations": lambda X: pd.to_timedelta(X["size"], unit="D"),
    "days as objects": lambda X: pd.Series([dt.date(2020, 1, 1 + i % 28) for i in range(len(X))], dtype=object),
    "periods": lambda X: pd.Series(pd.period_range("2000-01", periods=len(X), freq="M")),
}


@pytest.mark.usefixtures("without_search")
@pytest.mark.parametrize("target", TIMES.values(), ids=TIMES.keys())
def test_times_are_no_target_of_a_regression(target):
    X, _ = table()
    with pytest.raises(DataError, match=r"holds times.*predict a number"):
        AutoMLRegressor(**QUICK).fit(X, target(X))


@pytest.mark.usefixtures("without_search")
def test_decimals_are_a_target_of_a_regression():
    X, _ = table()
    fit(X, X["size"].map(Decimal), AutoMLRegressor, accept=["target_copy"])


SETTINGS = {
    "a role for no column": ({"roles": {"colours": "ignore"}}, r"roles: .*'colours'; did you mean 'colour'"),
    "a direction for no column": ({"monotone": {"sizes": 1}}, r"monotone: .*'sizes'; did you mean 'size'"),
    "no time column": ({"time": "siz"}, r"time: .*'siz'; did you mean 'size'"),
    "an unknown role": ({"roles": {"size": "numerical"}}, "roles.size"),
    "an unknown family": ({"families": ["linaer"]}, "did you mean 'linear'"),
    "an unknown metric": ({"metric": "acuracy"}, "did you mean 'accuracy'"),
    "a family that is no list": ({"families": "linear"}, "families: .* got 'linear'"),
    "roles that are no mapping": ({"roles": ["size"]}, "roles"),
    "a truth value for a number": ({"max_trials": True}, "max_trials: must be a number"),
    "no limit": ({"max_trials": None, "time_left_for_this_task": None}, "needs a limit"),
    "an unknown end": ({"if_nothing_finished": "ignore"}, "if_nothing_finished"),
    "no folds": ({"folds": 0}, "folds: should be greater than or equal to 2, got 0"),
    "a text for folds": ({"folds": "many"}, "folds: .* got 'many'"),
    "a truth value for folds": ({"folds": True}, "folds: must be a number"),
    "no seconds": ({"time_left_for_this_task": 0}, "time_left_for_this_task"),
}


@pytest.mark.parametrize(("settings", "message"), SETTINGS.values(), ids=SETTINGS.keys())
def test_settings_are_refused_before_any_worker_starts(settings, message, monkeypatch):
    monkeypatch.setattr(tabular_estimator, "make_workers", lambda *_: pytest.fail("workers were made"))
    with pytest.raises((ConfigError, DataError), match=message):
        AutoMLClassifier(**{**QUICK, **settings}).fit(*table())


def test_what_is_wrong_with_a_metric_is_said_without_all_other_settings(monkeypatch):
    monkeypatch.setattr(tabular_estimator, "make_workers", lambda *_: pytest.fail("workers were made"))
    with pytest.raises(ConfigError) as caught:
        AutoMLClassifier(**QUICK, metric="acuracy").fit(*table())
    assert "target" not in str(caught.value)


def test_columns_without_text_names_are_named_by_what_they_are(monkeypatch):
    monkeypatch.setattr(tabular_estimator, "make_workers", lambda *_: pytest.fail("workers were made"))
    X, y = table()
    with pytest.raises(DataError, match="'10'; did you mean '1'"):
        AutoMLClassifier(**QUICK, roles={10: "ignore"}).fit(X.set_axis([0, 1], axis=1), y)
