"""Phases of a search: the fraction of its seconds planned for each, and the seconds each took."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from automl_flow.core.documents import read_object, reading
from automl_flow.core.files import read_json, write_json
from automl_flow.study.budget import Clock

logger = logging.getLogger("automl_flow")
_TIMELINE = "timeline.json"


@dataclass(frozen=True)
class Phase:
    """A planned phase.

    Attributes:
        name: Display name.
        fraction: Of the search's seconds, in [0, 1]; the phases of a schedule add up to 1.
    """

    name: str
    fraction: float


@dataclass(frozen=True)
class PhaseTime:
    """Planned against spent seconds of a phase.

    Attributes:
        name: Name of the phase.
        planned: Seconds; ``None`` without a limit in seconds.
        spent: Seconds; 0 for a skipped phase.
    """

    name: str
    planned: float | None
    spent: float

    def __str__(self) -> str:
        """The row in words."""
        return f"{self.name} {self.spent:.1f} s" + ("" if self.planned is None else f" of {self.planned:.1f} s")


class Timeline:
    """Counts the seconds of each phase while a search runs; every second since the clock's start belongs to a phase."""

    def __init__(self, phases: Sequence[Phase], clock: Clock) -> None:
        """Start with the first phase.

        Args:
            phases: Phases in order.
            clock: Clock of the whole search; the seconds so far belong to the first phase.
        """
        self._phases, self._clock = tuple(phases), clock
        self._seconds = clock.seconds
        self._spent = {phase.name: 0.0 for phase in self._phases}
        self._current, self._since = self._phases[0].name, 0.0

    def enter(self, name: str) -> None:
        """End the current phase and begin another; a phase entered again accumulates.

        Raises:
            ValueError: The schedule has no such phase.
        """
        if name not in self._spent:
            raise ValueError(f"no phase {name!r}; there are {', '.join(self._spent)}")
        now = self._clock.spent
        self._spent[self._current] += now - self._since
        self._current, self._since = name, now

    def has(self, name: str) -> bool:
        """Whether the schedule has a phase."""
        return name in self._spent

    def rows(self) -> tuple[PhaseTime, ...]:
        """Planned against spent, phase by phase, up to now."""
        self.enter(self._current)
        return tuple(
            PhaseTime(p.name, None if self._seconds is None else p.fraction * self._seconds, self._spent[p.name])
            for p in self._phases
        )


def log_plan(rows: Sequence[PhaseTime]) -> None:
    """Log how a search plans to spend its seconds, if they are limited."""
    planned = [f"{row.name} {row.planned:.1f} s" for row in rows if row.planned is not None]
    if planned:
        logger.info("Planned: %s", "; ".join(planned))


def log_timeline(rows: Sequence[PhaseTime]) -> None:
    """Log how the seconds were spent."""
    logger.info("Time: %s (%.1f s in all)", "; ".join(str(row) for row in rows), sum(row.spent for row in rows))


def save_timeline(folder: Path, rows: Sequence[PhaseTime]) -> None:
    """Store the timeline of a search in its state folder, which is untracked: seconds differ from run to run."""
    write_json(folder / _TIMELINE, [asdict(row) for row in rows])


def read_timeline(folder: Path) -> tuple[PhaseTime, ...]:
    """The timeline of the last search in a state folder; empty if there was none.

    Raises:
        ArtifactError: The file is damaged.
    """
    file = folder / _TIMELINE
    if not file.is_file():
        return ()
    with reading(file):
        return tuple(read_object(PhaseTime, row) for row in read_json(file))
