"""Training and validation samples of an architecture search, fold by fold, and refused inputs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import DataError
from automl_flow.nas.problem import NasProblem, encode_folds, hold_out, numbers
from automl_flow.recipes.config import RecipeConfig
from automl_flow.recipes.propose import propose_recipe
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import Target

RNG = np.random.default_rng(0)


def images(n: int = 40, **fields: object) -> NasProblem:
    target = Target(np.arange(n) % 2, ("a", "b"))
    task = TaskSpec(problem="binary", modality="image")
    return NasProblem(RNG.normal(size=(n, 4, 4, 1)), target, task, **fields)  # type: ignore[arg-type]


def test_samples_are_held_back_from_each_class_in_proportion() -> None:
    y = np.repeat([0, 1, 2], [80, 18, 2])
    held = hold_out(y, 0.25, 3, classes=True)
    assert [int(held[y == k].sum()) for k in range(3)] == [20, 4, 1]


def test_the_only_sample_of_a_class_is_not_held_back() -> None:
    held = hold_out(np.asarray([0, 0, 0, 1]), 0.5, 0, classes=True)
    assert not held[3]


def test_without_folds_one_fold_covers_the_rows() -> None:
    (only,) = encode_folds(images(400), 0.25, 1)
    assert len(only.fit.x) == 300
    assert len(only.valid.x) == len(only.rows) == 100


def test_few_samples_are_validated_on_fold_by_fold() -> None:
    folds = encode_folds(images(), 0.25, 1)
    assert [len(fold.rows) for fold in folds] == [10, 10, 10, 10]
    assert sorted(np.concatenate([fold.rows for fold in folds]).tolist()) == list(range(40))
    assert all(len(fold.fit.x) == 30 and fold.valid.y.tolist().count(0) == 5 for fold in folds)


@pytest.mark.parametrize(("n", "cv_folds", "expected"), [(400, 3, 3), (40, 1, 1), (5, None, 2), (3, None, 1)])
def test_folds_are_as_many_as_asked_for_or_as_there_are_samples_for(
    n: int, cv_folds: int | None, expected: int
) -> None:
    assert len(encode_folds(images(n), 0.2, 1, cv_folds)) == expected


def test_more_folds_than_samples_are_refused() -> None:
    with pytest.raises(DataError, match="40 rows cannot make 50 folds"):
        encode_folds(images(), 0.2, 1, 50)


def test_rows_outside_the_training_positions_are_not_touched() -> None:
    problem = images(train=np.arange(20))
    folds = encode_folds(problem, 0.25, 1)
    assert max(fold.rows.max() for fold in folds) < 20
    assert all(len(fold.fit.x) + len(fold.valid.x) == 20 for fold in folds)


def test_given_validation_positions_are_used() -> None:
    (only,) = encode_folds(images(valid=np.arange(5)), 0.25, 1)
    assert only.rows.tolist() == [0, 1, 2, 3, 4]


def test_weights_follow_their_samples() -> None:
    (only,) = encode_folds(images(weight=np.arange(40.0), valid=np.asarray([3, 7])), 0.25, 1)
    assert only.valid.weight is not None
    assert only.valid.weight.tolist() == [3.0, 7.0]


def test_a_tables_encoding_is_learned_inside_the_fold() -> None:
    table = pd.DataFrame({"a": np.r_[RNG.normal(size=40), np.full(10, 1e6)], "y": np.arange(50) % 2})
    task = TaskSpec(problem="binary", target="y")
    profile = profile_table(table, task)
    folds = ((np.arange(40), np.arange(40, 50)),)
    target = Target(table["y"].to_numpy(), (0, 1))
    recipe = propose_recipe(profile, RecipeConfig())
    (only,) = encode_folds(NasProblem(table[["a"]], target, task, folds=folds, recipe=recipe, profile=profile), 0.2, 0)
    assert abs(float(np.median(only.fit.x[:, 0]))) < 0.1  # the large values of the other fold were not seen


def test_values_that_are_not_finite_are_counted_and_located() -> None:
    x = np.zeros((6, 2, 2, 1))
    x[4, 0, 0, 0] = np.nan
    with pytest.raises(DataError, match=r"1 are not \(first positions: \[4\]\)"):
        numbers(x)


def test_bytes_stay_bytes() -> None:
    assert numbers(np.zeros((2, 2), dtype=np.uint8)).dtype == np.uint8
