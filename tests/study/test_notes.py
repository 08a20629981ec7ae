"""Notes of a search."""

from __future__ import annotations

import pytest

from automl_flow.core.errors import AutoMLFlowWarning
from automl_flow.study.notes import Note, of_interruption, of_lost_trials, warn_of
from automl_flow.study.trial import NO_TIME, TrialRecord


def failed(cause: str, message: str = "") -> TrialRecord:
    return TrialRecord(0, {}, None, "failed", cause, message)


DONE = TrialRecord(0, {}, (1.0,), "complete")
LATE = failed("budget", NO_TIME)


def test_trials_that_all_ended_well_need_no_note():
    assert of_lost_trials([DONE, DONE]) == []


def test_lost_trials_are_counted_by_cause_with_an_example_of_each():
    records = [DONE] * 6 + [failed("memory"), failed("implementation", "RuntimeError: no luck\nmore"), LATE, LATE]
    (note,) = of_lost_trials(records)
    assert note.text == (
        "4 of 10 trials gave no result: 2 did not run, or not to their end, within the budget; "
        "1 ended in an error of a library (RuntimeError: no luck); 1 needed too much memory."
    )


@pytest.mark.parametrize(
    ("records", "serious"),
    [
        ([DONE, DONE, failed("memory")], False),
        ([DONE, failed("memory"), failed("memory")], True),
        ([DONE, LATE, LATE, LATE], False),  # that the clock ends some is what it is for
        ([DONE, failed("budget", "refused: 9 parameters"), failed("budget", "refused: 9 parameters")], True),
    ],
)
def test_losing_most_of_what_the_clock_let_through_is_serious(records, serious):
    assert of_lost_trials(records)[0].serious == serious


def test_what_an_error_prints_cannot_reach_a_terminal():
    assert "\x1b" not in of_lost_trials([failed("data", "\x1b[2J" + "x" * 1000)])[0].text


def test_a_note_survives_its_document():
    note = of_interruption(3)
    assert Note.from_document(note.to_document()) == note


def test_serious_notes_are_warnings_and_others_are_not():
    with pytest.warns(AutoMLFlowWarning) as caught:
        warn_of([Note("quiet"), Note("loud", serious=True)])
    assert [str(warning.message) for warning in caught] == ["loud"]
