"""What one would not expect of a tabular search and of the ensemble that was made of it."""

from __future__ import annotations

from collections.abc import Mapping

from automl_flow.study.notes import Note, of_interruption, of_lost_trials
from automl_flow.tabular.result import SearchResult

_CONSTANT = (
    "No trial of the search finished: its result is a constant that has learned nothing from the columns and predicts "
    "the class shares, or the mean, of the training rows."
)


def notes_of(
    result: SearchResult, *, constant: bool, interrupted: bool, wanted: Mapping[int, int], fitted: Mapping[int, int]
) -> tuple[Note, ...]:
    """Say what happened, the most serious first.

    Args:
        result: What was found.
        constant: Nothing was, and a constant is predicted.
        interrupted: The user stopped the search, or what came after.
        wanted: How often members were to be fitted again on all rows, by their numbers.
        fitted: How often they were.
    """
    lost = of_lost_trials(result.records)
    if constant:
        lost = [Note(" ".join([_CONSTANT, *map(str, lost)]), serious=True)]
    finished = sum(record.state == "complete" for record in result.records)
    notes = [*([of_interruption(finished)] if interrupted and not constant else []), *lost]
    missing = {number: left for number, count in wanted.items() if (left := count - fitted.get(number, 0)) > 0}
    if missing and not interrupted:
        notes.append(
            Note(
                f"The time was over before the ensemble was complete: {sum(missing.values())} of "
                f"{sum(wanted.values())} fits on all rows are missing, and {len(missing)} of its members predict with "
                "fewer models, or with those of the folds."
            )
        )
    notes += [Note(f"The model family {name} was left out: it {why}.") for name, why in sorted(result.left_out.items())]
    return tuple(sorted(notes, key=lambda note: not note.serious))
