from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from automl_flow.core.errors import ConfigError, DataError
from automl_flow.recipes import ENCODINGS, Recipe, RecipeStep, build_preprocessor
from automl_flow.recipes.preprocessor import safe_names
from tests.recipes.tables import binary_target, describe, mixed_table


def fitted(encoding, table=None, **config):
    table = mixed_table() if table is None else table
    profile, recipe = describe(table, **config)
    return build_preprocessor(recipe, None, profile, encoding, 0).fit(table, binary_target(len(table)))


def test_scaled_is_dense_float32_without_gaps():
    made = fitted("scaled").transform(mixed_table())
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert np.abs(made).max() < 20


def test_ordinal_keeps_gaps():
    preprocessor = fitted("ordinal")
    made = pd.DataFrame(preprocessor.transform(mixed_table()), columns=preprocessor.get_feature_names_out())
    table = mixed_table()
    assert made["size"].isna().equals(table["size"].replace(np.inf, np.nan).isna())
    assert made["colour"].isna().equals(table["colour"].isna())


def test_native_has_floats_and_categories_only():
    made = fitted("native").transform(mixed_table())
    kinds = {"category" if isinstance(t, pd.CategoricalDtype) else t.kind for t in made.dtypes}
    assert kinds == {"category", "f"}
    assert {"colour", "city"} <= set(made.select_dtypes("category"))


def test_imputing_can_be_had_for_trees_too():
    preprocessor = fitted("ordinal", impute="median")
    made = pd.DataFrame(preprocessor.transform(mixed_table()), columns=preprocessor.get_feature_names_out())
    assert made["size"].notna().all()
    assert made["missingindicator_size"].sum() == mixed_table()["size"].replace(np.inf, np.nan).isna().sum()


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_columns_are_found_by_name(encoding):
    preprocessor = fitted(encoding)
    table = mixed_table()
    shuffled = table.assign(extra=1)[["extra", *reversed(table.columns)]]
    expected, made = preprocessor.transform(table), preprocessor.transform(shuffled)
    pd.testing.assert_frame_equal(pd.DataFrame(made), pd.DataFrame(expected))


def test_dropped_columns_need_not_be_there():
    table = mixed_table()
    made = fitted("ordinal").transform(table.drop(columns=["key_id", "same", "empty"]))
    assert len(made) == len(table)


def test_missing_columns_are_named_with_the_nearest():
    with pytest.raises(DataError, match=r"2 column\(s\).*price, colour; did you mean 'pryce'"):
        fitted("ordinal").transform(mixed_table().drop(columns="colour").rename(columns={"price": "pryce"}))


def test_values_may_change_type_between_training_and_prediction():
    table = mixed_table()
    as_text = table.assign(**{name: table[name].astype(str).where(table[name].notna()) for name in ("size", "count")})
    as_text["new"] = table["new"].astype(object)
    preprocessor = fitted("ordinal")
    np.testing.assert_allclose(preprocessor.transform(as_text), preprocessor.transform(table), rtol=1e-6)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_one_row_is_enough_to_predict(encoding):
    preprocessor, table = fitted(encoding), mixed_table()
    alone = pd.concat([pd.DataFrame(preprocessor.transform(table.iloc[[i]])) for i in range(5)])
    together = pd.DataFrame(preprocessor.transform(table.iloc[:5]))
    pd.testing.assert_frame_equal(alone.reset_index(drop=True), together.reset_index(drop=True), rtol=1e-5)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_clones_are_unfitted_and_equal(encoding):
    preprocessor, table, y = fitted(encoding), mixed_table(), binary_target()
    again = clone(preprocessor).fit(table, y).transform(table)
    pd.testing.assert_frame_equal(pd.DataFrame(again), pd.DataFrame(preprocessor.transform(table)))


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_wide_tables_of_zeros(encoding):
    random = np.random.default_rng(0)
    values = np.where(random.random((100, 1500)) < 0.02, random.random((100, 1500)), 0.0)
    table = pd.DataFrame(values, columns=[f"x{i}" for i in range(1500)])
    made = fitted(encoding, table).transform(table)
    assert made.shape[0] == 100
    assert 1200 < made.shape[1] <= 1500


def test_pandas_sparse_columns_are_read():
    dense = pd.DataFrame({"a": [0.0, 1.0, 0.0, 3.0] * 5, "b": [1, 0, 0, 2] * 5})
    sparse = dense.astype({"a": pd.SparseDtype("float64", 0.0), "b": pd.SparseDtype("int64", 0)})
    preprocessor = fitted("ordinal", dense)
    np.testing.assert_array_equal(preprocessor.transform(sparse), preprocessor.transform(dense))


def test_nothing_to_learn_from_is_said():
    profile, recipe = describe(pd.DataFrame({"same": ["x"] * 50}))
    with pytest.raises(DataError, match="no column is left"):
        build_preprocessor(recipe, None, profile, "scaled", 0)


def test_recipe_of_another_table_is_refused():
    profile = describe(mixed_table())[0]
    with pytest.raises(DataError, match="no column 'prize'; did you mean 'price'"):
        build_preprocessor(Recipe((RecipeStep("numbers", ("prize",)),)), None, profile, "scaled", 0)


def test_unknown_step_is_refused():
    profile = describe(mixed_table())[0]
    with pytest.raises(ConfigError, match="unknown preprocessing step 'number'; did you mean 'numbers'"):
        build_preprocessor(Recipe((RecipeStep("number", ("price",)),)), None, profile, "scaled", 0)


def test_names_are_safe_and_unique():
    names = safe_names(["a b", "a_b", '{"x": [1]}', "+made", "größe", ""])
    assert len(set(names.values())) == 6
    assert names["größe"] == "größe"
    assert not any(c in name for name in names.values() for c in ' []{}",:+')


@pytest.mark.parametrize("names", [["a b", "a_b", "a,b"], [0, 1, 2], ['{"', "<x>", "é\n"]])
def test_boosters_accept_any_column_names(names):
    import lightgbm

    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(size=(60, 3)), columns=names)
    table = table.set_axis([str(name) for name in names], axis=1)
    made = fitted("native", table).transform(table)
    data = lightgbm.Dataset(made, label=binary_target(60))
    booster = lightgbm.train({"objective": "binary", "verbosity": -1, "num_threads": 1}, data, num_boost_round=2)
    assert len(set(booster.feature_name())) == 3


@pytest.mark.parametrize("scale", ["clip", "standard", "robust", "quantile", "none"])
def test_all_scalers_give_finite_numbers(scale):
    assert np.isfinite(fitted("scaled", scale=scale).transform(mixed_table())).all()


def test_large_whole_numbers_stay_apart():
    table = pd.DataFrame({"day": 20_000_000 + np.arange(100), "x": np.arange(100.0)})
    made = fitted("ordinal", table).transform(table)
    assert len(np.unique(made[:, 0])) == 100
