"""Notes: unexpected events of a search, in sentences for people.

Notes are facts of a result, like its scores: they are part of a stage's documents, the log, the report, the model card
and the estimator. They therefore hold no times and nothing that depends on the machine.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from automl_flow.core.errors import shown, warn
from automl_flow.study.trial import NO_TIME, TrialRecord

logger = logging.getLogger("automl_flow")
_CAUSES = {
    "memory": "needed too much memory",
    "timeout": "reached the time limit of a trial (per_run_time_limit)",
    "budget": "did not run, or not to their end, within the budget",
    "data": "could not learn from the data",
    "implementation": "ended in an error of a library",
}
_MAX_EXAMPLE_LENGTH = 160  # of a quoted error
_SERIOUS_FRACTION = 0.5  # of failed trials


@dataclass(frozen=True)
class Note:
    """An unexpected event.

    Attributes:
        text: A sentence, the same whenever the result is reproduced.
        serious: Whether the result is not what was requested, which deserves a warning.
    """

    text: str
    serious: bool = False

    def to_document(self) -> dict[str, Any]:
        """The note as JSON-able values."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Note:
        """Read what :meth:`to_document` returned."""
        return cls(str(document["text"]), bool(document["serious"]))

    def __str__(self) -> str:
        """The sentence."""
        return self.text


def log_notes(notes: Iterable[Note]) -> None:
    """Log notes, serious ones as warnings."""
    for note in notes:
        logger.log(logging.WARNING if note.serious else logging.INFO, "%s", note.text)


def warn_of(notes: Iterable[Note]) -> None:
    """Issue warnings for the serious notes."""
    for note in notes:
        if note.serious:
            warn(note.text)


def of_interruption(finished: int) -> Note:
    """Note that the user stopped the search, and what the result is based on."""
    done = "one trial that had" if finished == 1 else f"{finished} trials that had"
    return Note(
        f"The search was interrupted (Ctrl-C): its result is made of the {done} finished by then.", serious=True
    )


def of_lost_trials(records: Sequence[TrialRecord]) -> list[Note]:
    """Note how many trials gave no result, and why; empty if all did."""
    lost = [record for record in records if record.state == "failed"]
    if not lost:
        return []
    late = sum(record.message == NO_TIME for record in records)
    serious = len(lost) - late > _SERIOUS_FRACTION * (len(records) - late)  # trials that the clock ends are expected
    return [Note(f"{len(lost)} of {len(records)} trials gave no result: {causes(lost)}.", serious)]


def causes(failed: Sequence[TrialRecord]) -> str:
    """Causes of failed trials with counts, the most frequent first, each with its first message."""
    by_cause: dict[str, list[TrialRecord]] = {}
    for record in failed:
        by_cause.setdefault(record.cause or "", []).append(record)
    ordered = sorted(by_cause.items(), key=lambda item: (-len(item[1]), item[0]))
    return "; ".join(f"{len(group)} {_CAUSES.get(cause, 'failed')}{_example(group)}" for cause, group in ordered)


def _example(group: Sequence[TrialRecord]) -> str:
    """First message of a group of trials; empty for timeouts, whose cause says it all."""
    said = (r.message for r in group if r.message and r.message != NO_TIME and r.cause != "timeout")
    first = next(said, "").partition("\n")[0]
    return f" ({shown(first, _MAX_EXAMPLE_LENGTH)})" if first else ""
