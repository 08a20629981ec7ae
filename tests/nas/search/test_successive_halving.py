"""Successive halving: lengths, promotions, merging."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from automl_flow.nas.search.successive_halving import MAX_PROMOTED, describe, merged, promoted, ranked
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import get_metric
from tests.nas.problems import facts


def record(number: int, value: float | None, epochs: int = 3, finer: float = 1.0, **attrs: Any) -> TrialRecord:
    state: Any = "failed" if value is None else "complete"
    values = None if value is None else (value,)
    known = {} if value is None else attrs or facts(epochs, finer)
    return TrialRecord(number, {}, values, state, seconds=2.0, attrs=known)


def test_ties_are_broken_by_the_finer_loss_then_number() -> None:
    order = ranked([record(0, 0.9, finer=2.0), record(1, 0.9, finer=1.0), record(2, 0.9, finer=1.0)])
    assert [r.number for r in order] == [1, 2, 0]


def test_longer_training_ranks_before_a_better_value() -> None:
    order = ranked([record(0, 0.01, epochs=3), record(1, 0.5, epochs=9)])
    assert [r.number for r in order] == [1, 0]


def test_failed_trials_and_duplicates_are_not_ranked() -> None:
    records = [record(0, None), record(1, 0.4, duplicate_of=2, key="key"), record(2, 0.4)]
    assert [r.number for r in ranked(records)] == [2]


def test_one_in_three_goes_on_and_the_reference_always() -> None:
    records = [record(n, -float(n)) for n in range(9)]
    assert [r.number for r in promoted(records, 3)] == [8, 7, 6, 0]


def test_promotions_are_bounded() -> None:
    records = [record(n, -float(n)) for n in range(100)]
    assert len(promoted(records, 3)) == MAX_PROMOTED + 1


def test_a_later_rung_replaces_what_it_continued() -> None:
    result = merged([record(0, 0.5), record(1, 0.6)], [record(1, 0.8, epochs=9)])
    assert [(r.number, r.values, r.attrs["epochs"]) for r in result] == [(0, (0.5,), 3), (1, (0.8,), 9)]
    assert result[1].seconds == 4.0


@pytest.mark.parametrize(("metric", "loss"), [("accuracy", -0.75), ("log_loss", 0.75)])
def test_progress_shows_the_score_and_further_objectives(metric: str, loss: float) -> None:
    found = replace(record(3, None), state="complete", values=(loss, 120.0))
    assert describe(found, get_metric(metric, "binary")) == "trial 3: 0.75, 120"
    assert describe(found, get_metric(metric, "binary"), again=True) == "trial 3 again: 0.75, 120"


def test_a_failed_continuation_changes_nothing() -> None:
    before = [record(0, 0.5), record(1, 0.6)]
    assert merged(before, [record(0, None)]) == before
