from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.evaluation import LIGHTGBM, PRIOR, baselines
from automl_flow.evaluation.baselines import encode_simply
from automl_flow.tasks.target import Target

rng = np.random.default_rng(0)


def table(n: int = 200) -> pd.DataFrame:
    return pd.DataFrame({"x": rng.normal(size=n), "city": rng.choice(["a", "b", "c"], n)})


def test_the_prior_is_the_training_frequencies():
    target = Target(np.array([0, 0, 0, 1]), ("no", "yes"))
    found = baselines(table(4), target, table(3))[PRIOR]
    np.testing.assert_allclose(found, [[0.75, 0.25]] * 3)


def test_the_prior_of_a_regression_is_the_weighted_mean():
    target = Target(np.array([1.0, 4.0]), None)
    np.testing.assert_allclose(baselines(table(2), target, table(3), weight=np.array([2.0, 1.0]))[PRIOR], [2.0] * 3)


@pytest.mark.parametrize("outputs", [1, 2, 4])
def test_lightgbm_learns_and_has_the_right_shape(outputs):
    train, holdout = table(600), table(100)
    if outputs == 1:
        target, truth = Target(train["x"].to_numpy() * 2, None), holdout["x"] * 2
        found = baselines(train, target, holdout)[LIGHTGBM]
        assert found.shape == (100,)
        assert np.corrcoef(found, truth)[0, 1] > 0.95
        return
    edges = np.quantile(train["x"], np.linspace(0, 1, outputs + 1)[1:-1])
    target = Target(np.searchsorted(edges, train["x"]), tuple(range(outputs)))
    found = baselines(train, target, holdout)[LIGHTGBM]
    assert found.shape == (100, outputs)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert (found.argmax(axis=1) == np.searchsorted(edges, holdout["x"])).mean() > 0.85


def test_it_repeats_exactly():
    train, holdout, target = table(), table(50), Target(rng.integers(0, 2, 200), (0, 1))
    runs = [baselines(train, target, holdout, seed=1)[LIGHTGBM] for _ in range(2)]
    np.testing.assert_array_equal(runs[0], runs[1])


def test_arrays_are_flattened():
    x, target = rng.random((60, 4, 4, 1)), Target(np.arange(60) % 2, (0, 1))
    assert baselines(x[:50], Target(target.values[:50], (0, 1)), x[50:])[LIGHTGBM].shape == (10, 2)


def test_the_encoding_is_learned_from_the_training_rows():
    train = pd.DataFrame({"c": ["b", "a", None], "n": [1.0, np.inf, 3.0]})
    holdout = pd.DataFrame({"c": ["a", "new", None], "n": [np.nan, 2.0, -np.inf]})
    left, right, categorical = encode_simply(train, holdout)
    assert categorical == [0]
    np.testing.assert_array_equal(left, [[1, 1], [0, np.nan], [np.nan, 3]])
    np.testing.assert_array_equal(right, [[0, np.nan], [np.nan, 2], [np.nan, np.nan]])


def test_every_type_of_column_is_taken():
    data = pd.DataFrame(
        {
            "day": pd.to_datetime(["2024-01-01", None] * 50),
            "flag": [True, False] * 50,
            "maybe": pd.array([True, None] * 50, dtype="boolean"),
            "whole": pd.array([1, None] * 50, dtype="Int64"),
            "kind": pd.Categorical(["x", None] * 50),
            "objects": pd.Series([1, "a", [1], None] * 25, dtype=object),
            "empty": np.nan,
        }
    )
    found = baselines(data, Target(np.arange(100) % 2, (0, 1)), data)[LIGHTGBM]
    assert np.isfinite(found).all()


def test_a_class_that_training_lacks_keeps_its_column():
    target = Target(np.arange(60) % 2, ("a", "b", "c"))
    assert baselines(table(60), target, table(5))[LIGHTGBM].shape == (5, 3)


def test_baselines_of_a_quantile_lie_at_the_quantile():
    train, holdout = table(800), table(400)
    target = Target(train["x"].to_numpy() + rng.normal(size=800), None)
    found = baselines(train, target, holdout, quantile=0.9)
    assert found[PRIOR][0] == np.quantile(target.values, 0.9, method="inverted_cdf")
    assert 0.75 < np.mean(holdout["x"] + rng.normal(size=400) <= found[LIGHTGBM]) < 0.95
