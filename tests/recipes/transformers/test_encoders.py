from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import DataError
from automl_flow.recipes.transformers.as_floats import AsFloats
from automl_flow.recipes.transformers.calendar_parts import CalendarParts
from automl_flow.recipes.transformers.label_ranks import LabelRanks
from automl_flow.recipes.transformers.one_hot_labels import OneHotLabels
from automl_flow.recipes.transformers.pooled_labels import PooledLabels
from automl_flow.recipes.transformers.robust_clip import RobustClip
from automl_flow.recipes.transformers.target_means import TargetMeans
from automl_flow.recipes.transformers.text_components import TextComponents

CATEGORIES = ["a", "b", "c", "d", "(unseen)"]


def labels(*values):
    return pd.DataFrame({"x": pd.Categorical(values, categories=CATEGORIES)})


TRAINING = labels(*"aaaaabbbbbbc", None)


def test_one_hot_pools_rare_and_unseen_labels():
    encoder = OneHotLabels(rare=2).fit(TRAINING)
    made = pd.DataFrame(encoder.transform(labels("a", "c", "d", "(unseen)")), columns=encoder.get_feature_names_out())
    assert list(made.columns) == ["x=a", "x=b", "x=(other)"]
    assert made["x=(other)"].tolist() == [0, 1, 1, 1]


def test_one_hot_of_two_labels_is_one_column():
    assert OneHotLabels().fit_transform(labels(*"abab")).shape == (4, 1)


def test_ranks_go_by_frequency():
    made = LabelRanks(rare=2).fit(TRAINING).transform(labels("b", "a", "c", "d", None))
    np.testing.assert_array_equal(made[:, 0], [0, 1, 2, 2, np.nan])


def test_pooling_keeps_categories():
    made = PooledLabels(rare=2).fit(TRAINING).transform(labels("a", "c", "d", None))["x"]
    assert list(made.cat.categories) == ["a", "b", "(other)"]
    assert made.cat.codes.tolist() == [0, 2, 2, -1]


def test_without_rare_labels_an_unseen_one_is_missing():
    made = PooledLabels(rare=1).fit(TRAINING).transform(labels("c", "d"))["x"]
    assert made.cat.codes.tolist() == [2, -1]


def test_a_label_that_is_called_like_the_pool_stays_itself():
    table = pd.DataFrame({"x": pd.Categorical(["(other)"] * 5 + ["rare"])})
    made = PooledLabels(rare=2).fit_transform(table)["x"]
    assert made.cat.codes.tolist() == [0] * 5 + [1]


def test_target_means_hold_back_a_rows_own_target():
    codes = pd.DataFrame({"x": pd.Categorical([str(i) for i in range(40)])})
    y = np.arange(40) % 2
    encoder = TargetMeans()
    np.testing.assert_allclose(encoder.fit_transform(codes, y)[:, 0], 0.5, atol=0.1)
    assert np.corrcoef(encoder.transform(codes)[:, 0], y)[0, 1] > 0.9


@pytest.mark.parametrize(("y", "columns"), [(np.arange(30) % 3, 3), (np.arange(30) % 2, 1), (np.arange(30.0), 1)])
def test_target_means_have_a_column_per_class(y, columns):
    table = labels(*("abc" * 10))
    encoder = TargetMeans()
    assert encoder.fit_transform(table, y).shape == (30, columns)
    assert len(encoder.get_feature_names_out()) == columns


def test_target_means_work_with_a_class_of_one_row():
    y = np.array([0] * 29 + [1])
    assert np.isfinite(TargetMeans().fit_transform(labels(*("abc" * 10)), y)).all()


def test_target_means_need_a_target():
    with pytest.raises(DataError, match="needs the target"):
        TargetMeans().fit(TRAINING, None)


def test_label_transformers_say_what_they_take():
    with pytest.raises(DataError, match="must hold pandas categories: x"):
        LabelRanks().fit(pd.DataFrame({"x": [1.0]}))


def test_clipping_is_monotone_and_bounded():
    x = np.r_[np.linspace(-1, 1, 99), 1e12, -1e12][:, None]
    made = RobustClip().fit_transform(x)[:, 0]
    assert np.abs(made).max() <= 3
    assert (np.diff(made[np.argsort(x[:, 0])]) >= 0).all()


def test_clipping_scales_columns_that_are_mostly_zero():
    x = np.r_[np.zeros(90), np.full(10, 50.0)][:, None]
    assert RobustClip().fit_transform(x).max() == pytest.approx(2 / np.sqrt(1 + 4 / 9))


@pytest.mark.parametrize(("largest", "dtype"), [(1e3, "float32"), (1e9, "float64")])
def test_floats_are_narrow_where_nothing_is_lost(largest, dtype):
    assert AsFloats().fit_transform(np.array([[0.0], [largest]])).dtype == dtype


def test_calendar_leaves_out_what_does_not_vary():
    table = pd.DataFrame({"d": pd.date_range("2020-01-01", periods=50)})
    names = CalendarParts().fit(table).get_feature_names_out().tolist()
    assert names == ["d.days", "d.month", "d.day", "d.weekday", "d.yearday"]


def test_calendar_gives_missing_parts_of_missing_dates():
    table = pd.DataFrame({"d": pd.to_datetime(["2020-01-01 00:00", None, "2021-05-02 10:30"])})
    made = CalendarParts(cyclic=True).fit_transform(table)
    assert np.isnan(made[1]).all()
    assert np.isfinite(made[[0, 2]]).all()


@pytest.mark.parametrize("texts", [["", "", ""], ["a", "b", "c"], ["one two", "two three", ""]])
def test_texts_with_few_words_are_no_problem(texts):
    made = TextComponents(5).fit_transform(pd.DataFrame({"t": texts}))
    assert len(made) == 3
    assert np.isfinite(made).all()
