from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import DataError
from automl_flow.tasks.problem_types import PROBLEM_TYPES, problem_type
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import SplitConfig, make_folds
from automl_flow.tasks.target import Target


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


@pytest.mark.parametrize(("values", "label"), [([0, 1, 2], "2"), (["maybe", "no", "yes"], "maybe")])
def test_labels_are_zero_or_one(values, label):
    with pytest.raises(DataError, match=f"label 'b' holds '?{label}'? in row"):
        problem_type("multilabel").encode(pd.DataFrame({"a": [0, 1, 0], "b": values}), None, None)


def test_labels_may_be_truth_values_or_words():
    y = pd.DataFrame({"a": [True, False], "b": [0, 1], "c": ["yes", "No"]})
    assert problem_type("multilabel").encode(y, None, None).values.tolist() == [[1, 0, 1], [0, 1, 0]]


def test_a_label_that_never_applies_is_refused():
    with pytest.raises(DataError, match="label 'b' is 0 in all rows"):
        problem_type("multilabel").encode(pd.DataFrame({"a": [0, 1], "b": [0, 0]}), None, None)


@pytest.mark.parametrize(
    ("target", "problem"),
    [("y", "multilabel"), (["a"], "multioutput"), (["a", "b"], "regression"), (["a", "a"], "multilabel")],
)
def test_the_number_of_targets_must_suit_the_problem(target, problem):
    with pytest.raises(ValueError, match="target"):
        TaskSpec(target=target, problem=problem)


def test_the_losses_of_torch_are_the_deviances():
    torch = pytest.importorskip("torch")
    raw = np.array([[0.3, -1.0], [2.0, 0.5]])
    labels = np.array([[1, 0], [0, 1]])
    kind = problem_type("multilabel")
    losses = kind.torch_loss(torch.from_numpy(raw), torch.from_numpy(labels)).numpy()
    np.testing.assert_allclose(losses, kind.deviance(labels, kind.link(raw)) / 2)


def test_several_values_are_summarised_by_what_they_have_in_common():
    common = np.random.default_rng(0).normal(size=200)
    noise = np.random.default_rng(1).normal(size=(200, 2))
    target = Target(np.column_stack([common, 1000 * common]) + noise * [0.1, 100], None, ("a", "b"))
    assert np.corrcoef(target.summary(), common)[0, 1] > 0.98


def test_labels_are_dealt_to_the_parts_in_proportion():
    rng = np.random.default_rng(0)
    labels = (rng.random((500, 6)) < [0.5, 0.3, 0.1, 0.05, 0.02, 0.02]).astype(np.int64)
    folds = make_folds(Target(labels, None, tuple("abcdef")), SplitConfig(folds=5))
    counts = np.array([labels[valid].sum(axis=0) for _, valid in folds])
    assert (np.ptp(counts, axis=0) <= [3, 3, 2, 1, 1, 1]).all()
    assert max(len(valid) for _, valid in folds) - min(len(valid) for _, valid in folds) <= 4
