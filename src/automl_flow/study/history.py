"""History of a search as tracked by DVC: trials and notes, without facts that depend on clock or machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord

_OF_THE_MACHINE = ("seconds", "peak_mb")
NOTES = "notes"


@dataclass(frozen=True)
class SearchHistory:
    """The trials of a search.

    Attributes:
        records: All trials by number; seconds and memory are 0 after storage.
        notes: Unexpected events of the search.
        reproduce: Settings that repeat the search without a limit in seconds.
    """

    records: tuple[TrialRecord, ...]
    notes: tuple[Note, ...] = ()
    reproduce: Mapping[str, Any] = field(default_factory=dict)

    @property
    def finished(self) -> int:
        """Number of distinct scored trials: the candidates that the search chose from."""
        return sum(r.state == "complete" and bool(r.values) and "duplicate_of" not in r.attrs for r in self.records)

    def to_document(self) -> dict[str, Any]:
        """The history as a JSON document."""
        trials = [{k: value for k, value in vars(r).items() if k not in _OF_THE_MACHINE} for r in self.records]
        return {NOTES: [note.to_document() for note in self.notes], "reproduce": dict(self.reproduce), "trials": trials}

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """Read what :meth:`to_document` returned."""
        return cls(
            tuple(TrialRecord.from_entry(entry) for entry in document["trials"]),
            tuple(Note.from_document(note) for note in document[NOTES]),
            dict(document["reproduce"]),
        )
