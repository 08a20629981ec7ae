from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from automl_flow.core.errors import DataError
from automl_flow.tasks.splits import Split, SplitConfig, make_folds, make_split
from automl_flow.tasks.target import Target

RNG = np.random.default_rng(0)
BINARY = Target(np.sort(RNG.integers(0, 2, 203)), ("n", "y"))
NUMBERS = Target(RNG.gamma(2, size=203), None)


@settings(max_examples=40, deadline=None)
@given(n=st.integers(20, 90), classes=st.integers(2, 6), folds=st.integers(2, 6), seed=st.integers(0, 99))
def test_every_row_is_in_exactly_one_place(n, classes, folds, seed):
    target = Target(np.random.default_rng(seed).integers(0, classes, n), tuple(range(classes)))
    split = make_split(target, SplitConfig(holdout=0.25, folds=folds, seed=seed))
    assert np.array_equal(np.sort(np.r_[split.train, split.holdout]), np.arange(n))
    assert np.array_equal(np.sort(np.concatenate([v for _, v in split.folds])), split.train)
    for fit, valid in split.folds:
        assert np.array_equal(np.sort(np.r_[fit, valid]), split.train)


def test_classes_are_spread_evenly():
    split = make_split(BINARY, SplitConfig())
    counts = [np.bincount(BINARY.values[valid], minlength=2) for _, valid in split.folds]
    assert np.ptp(counts, axis=0).max() <= 1


def test_a_class_with_two_members_never_falls_into_one_part():
    values = np.zeros(50, dtype=int)
    values[[3, 7]] = 1
    folds = make_folds(Target(values, (0, 1)), SplitConfig(folds=5))
    assert sorted(values[valid].sum() for _, valid in folds) == [0, 0, 0, 1, 1]


def test_values_of_a_regression_are_spread_evenly():
    split = make_split(NUMBERS, SplitConfig(holdout=0.2, folds=4))
    means = [NUMBERS.values[valid].mean() for _, valid in split.folds]
    assert np.ptp(means) < 0.3


def test_the_seed_decides():
    one, same, other = (make_split(BINARY, SplitConfig(seed=seed)) for seed in (1, 1, 2))
    assert one.to_document() == same.to_document()
    assert not np.array_equal(one.holdout, other.holdout)


def test_groups_are_never_divided():
    groups = RNG.integers(0, 30, 203)
    split = make_split(BINARY, SplitConfig(), groups=groups)
    for fit, valid in [(split.train, split.holdout), *split.folds]:
        assert not set(groups[fit]) & set(groups[valid])


def test_validation_lies_after_training_in_time():
    time = RNG.permutation(203)
    split = make_split(BINARY, SplitConfig(), time=time)
    for fit, valid in [(split.train, split.holdout), *split.folds]:
        assert time[fit].max() < time[valid].min()


def test_a_given_split_is_kept():
    given_split = np.where(np.arange(203) % 4 == 0, "holdout", "train")
    split = make_split(BINARY, SplitConfig(), given=given_split)
    assert np.array_equal(split.holdout, np.arange(0, 203, 4))


def test_a_given_split_of_other_words_is_refused():
    with pytest.raises(DataError, match="got 'test'"):
        make_split(BINARY, SplitConfig(), given=np.array(["train", "test"] * 101 + ["train"]))


def test_repeats_draw_new_folds():
    folds = make_folds(BINARY, SplitConfig(folds=3, repeats=2))
    assert len(folds) == 6
    assert not np.array_equal(folds[0][1], folds[3][1])


def test_the_document_gives_the_split_back():
    split = make_split(BINARY, SplitConfig())
    again = Split.from_document(split.to_document())
    assert again.to_document() == split.to_document()
    fit, valid = again.local_folds()[0]
    assert np.array_equal(again.train[valid], split.folds[0][1])
    assert np.array_equal(again.train[fit], split.folds[0][0])


def test_too_few_rows_or_groups_are_refused():
    with pytest.raises(DataError, match="4 rows are too few"):
        make_split(BINARY.take(np.arange(4)), SplitConfig())
    with pytest.raises(DataError, match="2 groups cannot make"):
        make_split(BINARY, SplitConfig(), groups=np.arange(203) % 2)
