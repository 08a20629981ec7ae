from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import DataError
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import encode_target, favourable_code, guess_problem

BINARY = TaskSpec(problem="binary", target="deny")


def test_the_positive_class_stands_last():
    target = encode_target(pd.Series(["yes", "no", "no"]), TaskSpec(problem="binary", positive="no"))
    assert target.classes == ("yes", "no")
    assert target.values.tolist() == [0, 1, 1]


def test_decoding_gives_the_classes_back():
    y = pd.Series([3, 1, 2, 3])
    target = encode_target(y, TaskSpec(problem="multiclass"))
    assert target.outputs == 3
    assert target.decode(target.values).tolist() == y.tolist()


def test_mixed_types_have_an_order():
    assert encode_target(pd.Series([1, "a"], dtype=object), BINARY).classes == (1, "a")


@pytest.mark.parametrize(
    ("y", "task", "message"),
    [
        ([], BINARY, "has no rows"),
        (["a", None, "b", None], BINARY, r"missing in 2 of 4 rows \(first rows: \[1, 3\]\)"),
        (["a", "a"], BINARY, "one class only, 'a'"),
        (["a", "b", "c"], BINARY, "must have two classes, got 3"),
        (
            ["a", "b"],
            TaskSpec(problem="binary", positive="bb"),
            "positive class 'bb' does not .* did you mean 'b'",
        ),
        (["a", "b"], TaskSpec(problem="binary", favourable="bb"), "favourable class 'bb' .* did you mean 'b'"),
        (["1", "x"], TaskSpec(problem="regression"), "row 1 holds 'x'"),
        ([1.0, np.inf], TaskSpec(problem="regression"), "row 1 holds inf"),
    ],
)
def test_an_unusable_target_is_explained(y, task, message):
    with pytest.raises(DataError, match=message):
        encode_target(pd.Series(y, dtype=object), task)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ([0, 1] * 50, "binary"),
        (["x", "y", "z"] * 20, "multiclass"),
        ([1, 2, 3] * 40, "multiclass"),
        (list(range(100)), "regression"),
        ([0.5, 1.5, 2.5] * 30, "regression"),
    ],
)
def test_the_problem_is_guessed(values, problem):
    assert guess_problem(pd.Series(values)) == problem


@pytest.mark.parametrize(("favourable", "code"), [("no", 0), ("yes", 1), (None, None)])
def test_the_favourable_outcome_is_found_whichever_class_is_positive(favourable, code):
    task = TaskSpec(problem="binary", positive="yes", favourable=favourable)
    target = encode_target(pd.Series(["yes", "no", "no"]), task)
    assert target.classes == ("no", "yes")
    assert favourable_code(task, target.classes) == code


def test_a_favourable_outcome_that_is_a_number_may_be_written_as_text():
    assert favourable_code(TaskSpec(problem="binary", favourable="1"), (0, 1)) == 1
