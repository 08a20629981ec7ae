"""Searches as documents that DVC can track: what was tried and found, without what a clock or a machine adds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord

_OF_THE_MACHINE = ("seconds", "peak_mb")
NOTES = "notes"


def trials_document(records: Sequence[TrialRecord], notes: Sequence[Note], **facts: Any) -> dict[str, Any]:
    """Return the trials of a search, *notes* and *facts* about it, as a JSON document."""
    trials = [{key: value for key, value in vars(r).items() if key not in _OF_THE_MACHINE} for r in records]
    return {**facts, NOTES: [note.to_document() for note in notes], "trials": trials}


def read_notes(document: Mapping[str, Any]) -> tuple[Note, ...]:
    """Read the notes of what :func:`trials_document` gave; none where an earlier version wrote it."""
    return tuple(Note.from_document(note) for note in document.get(NOTES, ()))


def read_trials(document: Mapping[str, Any]) -> tuple[TrialRecord, ...]:
    """Read the trials of what :func:`trials_document` gave; seconds and memory are 0."""
    return tuple(TrialRecord.from_entry(entry) for entry in document["trials"])
