from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import DataError
from automl_flow.recipes.transformers.typed_columns import UNSEEN, TypedColumns


def test_unseen_labels_are_not_missing():
    typed = TypedColumns({"a": "label"}).fit(pd.DataFrame({"a": ["x", "y", None]}))
    made = typed.transform(pd.DataFrame({"a": ["x", "new", None]}))["a"]
    assert made.astype(object).where(made.notna(), None).tolist() == ["x", UNSEEN, None]
    assert list(made.cat.categories) == ["x", "y", UNSEEN]


def test_categories_are_fixed_by_training():
    typed = TypedColumns({"a": "label"}).fit(pd.DataFrame({"a": ["x", "y"]}))
    assert (
        typed.transform(pd.DataFrame({"a": ["y"]}))["a"].dtype == typed.transform(pd.DataFrame({"a": [3]}))["a"].dtype
    )


@pytest.mark.parametrize("order", [["1", "2", "3"], ["1.0", "2.0", "3.0"]])
def test_ranks_follow_the_given_order(order):
    typed = TypedColumns({"a": "rank"}, orders={"a": order}).fit(pd.DataFrame({"a": [3.0, 1.0, 2.0]}))
    made = typed.transform(pd.DataFrame({"a": [1, 3, 9, None]}))["a"]
    np.testing.assert_array_equal(made, [0, 2, np.nan, np.nan])


def test_numbers_stand_first_and_names_are_given():
    table = pd.DataFrame({"a": ["x", "y"], "b c": [1, 2], "d": [3, 4]}, index=[7, 7])
    made = TypedColumns({"a": "label", "b c": "number"}, names={"b c": "b_c"}).fit_transform(table)
    assert list(made.columns) == ["b_c", "a"]
    assert list(made.index) == [7, 7]


def test_repeated_columns_are_refused():
    table = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(DataError, match="duplicate column names: a"):
        TypedColumns({"a": "number"}).fit(table)
