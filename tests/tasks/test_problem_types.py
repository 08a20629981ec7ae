from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import DataError
from automl_flow.tasks.problem_types import PROBLEM_TYPES, problem_type


def test_every_type_is_found_by_its_name():
    assert all(problem_type(name).name == name for name in PROBLEM_TYPES)


def test_the_positive_class_comes_last():
    y = pd.DataFrame({"y": ["b", "a", "b"]})
    encoded = problem_type("binary").encode(y, "a", None)
    assert (encoded.classes, encoded.values.tolist()) == (("b", "a"), [0, 1, 0])


def test_a_class_that_is_absent_among_the_rows_is_renumbered():
    seen = problem_type("multiclass").restrict(np.array([0, 2, 2, 1]), np.array([0, 1]), 3)
    assert (seen.problem, seen.present, seen.values.tolist()) == ("binary", (0, 2), [0, 1, 1, -1])


def test_probabilities_are_normalised_and_values_are_not():
    assert problem_type("multiclass").normalise(np.array([[1.0, 3.0]])).tolist() == [[0.25, 0.75]]
    assert problem_type("regression").normalise(np.array([[7.0]])).tolist() == [[7.0]]


def test_the_best_constant_has_the_smallest_deviance():
    for name, y, outputs in (("binary", np.array([0, 1, 1, 1]), 2), ("regression", np.array([1.0, 2.0, 3.0, 8.0]), 1)):
        kind = problem_type(name)
        best = kind.constant(y, outputs)
        other = best + (np.array([0.1, -0.1]) if outputs == 2 else 0.1)
        losses = [kind.deviance(y, np.tile(constant, (4, 1))).mean() for constant in (best, other)]
        assert losses[0] < losses[1]


@pytest.mark.parametrize("name", ["binary", "multiclass"])
def test_a_target_of_one_class_is_refused(name):
    with pytest.raises(DataError, match="one class only"):
        problem_type(name).encode(pd.DataFrame({"y": [1, 1]}), None, None)


@pytest.mark.parametrize(
    ("name", "classes", "suits"),
    [
        ("regression", None, True),
        ("regression", ("a", "b"), False),
        ("binary", ("a", "b"), True),
        ("binary", ("a", "b", "c"), False),
        ("multiclass", ("a", "b"), True),
        ("multiclass", None, False),
    ],
)
def test_a_model_needs_classes_that_suit_its_problem(name, classes, suits):
    assert problem_type(name).suits(classes) is suits
