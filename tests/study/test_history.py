"""The history of a search as it is stored."""

from __future__ import annotations

from automl_flow.study.history import SearchHistory
from automl_flow.study.trial import TrialRecord


def test_trials_that_chose_are_those_with_a_score_of_their_own():
    records = (
        TrialRecord(0, {}, (1.0,), "complete"),
        TrialRecord(1, {}, (1.0,), "complete", attrs={"duplicate_of": 0}),
        TrialRecord(2, {}, None, "failed", "data"),
        TrialRecord(3, {}, (1.0,), "pruned"),
    )
    assert SearchHistory(records).finished == 1


def test_times_and_memory_of_a_machine_are_not_stored():
    history = SearchHistory((TrialRecord(0, {}, (1.0,), "complete", seconds=3.0, peak_mb=5.0),))
    assert "seconds" not in history.to_document()["trials"][0]
    assert SearchHistory.from_document(history.to_document()).records[0].seconds == 0
