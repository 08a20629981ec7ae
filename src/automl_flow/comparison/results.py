"""Stored results of one task at one version of the project."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from automl_flow.comparison.revision import Revision
from automl_flow.core.documents import parse_json, reading
from automl_flow.dvc_stages.lock import LockedStage

_CODE, _CONF = ("src/",), ("conf/",)
_LIBRARIES = ("requirements",)


@dataclass(frozen=True)
class LeaderboardEntry:
    """A line of the leaderboard; scores are by the task's metric."""

    name: str
    kind: str
    search_score: float | None
    holdout_score: float | None
    weight: float

    @property
    def family(self) -> str:
        """The candidate, without its trial number."""
        return self.name.rpartition("-")[0] if self.kind == "candidate" else self.name


class TaskResults:
    """The results of a task at a revision; files that could not be read are listed in :attr:`missing`."""

    def __init__(self, revision: Revision, task: str) -> None:
        """Select the stages of *task*; files are read on demand."""
        self.revision = revision
        self.task = task
        self.stages = _of_task(revision.stages, task)
        self.recorded = _of_task(revision.recorded, task)
        self.missing: list[str] = []

    @cached_property
    def params(self) -> Mapping[str, Any]:
        """Sections that the stages took when they ran (of the working tree: that they would take), by name."""
        found = {}
        for stage in self.stages.values():
            for sections in stage.params.values():
                found.update({key.removeprefix(f"{self.task}."): value for key, value in sections.items()})
        return found

    @cached_property
    def edited(self) -> list[str]:
        """Sections whose settings in the revision's files are not those that ``dvc.lock`` records."""
        found = set()
        for stage in self.recorded.values():
            for file, sections in stage.params.items():
                written = self.revision.settings(file)
                found |= {name for name, value in sections.items() if written.get(name) != value}
        return sorted(name.removeprefix(f"{self.task}.") for name in found)

    @cached_property
    def absent(self) -> list[str]:
        """Recorded results that are not in the working tree."""
        return [
            path for name, stage in self.recorded.items() for path in stage.outs if path not in self.stages[name].outs
        ]

    @cached_property
    def data(self) -> dict[str, str]:
        """MD5 of the files that come from outside, by path."""
        return {path: md5 for path, md5 in self.inputs.items() if kind_of(path) == "data"}

    @cached_property
    def inputs(self) -> dict[str, str]:
        """MD5 of everything that the stages read and did not make, by path."""
        made = {path for stage in self.revision.stages.values() for path in stage.outs}
        return {p: md5 for stage in self.stages.values() for p, md5 in stage.deps.items() if p not in made}

    @cached_property
    def rows(self) -> Mapping[str, int]:
        """Rows that were read, accepted, trained on and held out, as far as they are known."""
        counted = dict((self._json("findings.json") or {}).get("rows", {}))
        return {**counted, **self.metrics.get("rows", {})}

    @cached_property
    def metrics(self) -> Mapping[str, Any]:
        """The document of metrics; empty where there is none."""
        return dict(self._json("metrics.json") or {})

    @cached_property
    def leaderboard(self) -> tuple[LeaderboardEntry, ...]:
        """The leaderboard, the best first; empty where there is none."""
        return tuple(
            LeaderboardEntry(
                line["model"],
                line["kind"],
                _number(line["search_score"]),
                _number(line["holdout_score"]),
                _number(line["weight"]) or 0.0,
            )
            for line in self.table("leaderboard.csv")
        )

    @cached_property
    def searches(self) -> dict[str, list[Mapping[str, str]]]:
        """Trials of each search (columns search, trial, state, label, score, best), by name of the search."""
        found: dict[str, list[Mapping[str, str]]] = {}
        for line in self.table("trajectory.csv"):
            found.setdefault(line["search"], []).append(line)
        return found

    def table(self, name: str) -> list[dict[str, str]]:
        """Rows of a stage's CSV file; empty if it is unavailable."""
        content = self._bytes(name)
        with reading(name):
            return list(csv.DictReader(io.StringIO(content.decode()))) if content else []

    def _json(self, name: str) -> Any:
        content = self._bytes(name)
        return parse_json(content, name) if content is not None else None

    def _bytes(self, name: str) -> bytes | None:
        for stage in self.stages.values():
            for path, md5 in stage.outs.items():
                if PurePosixPath(path).name == name:
                    found = self.revision.result(path, md5)
                    if found is None and path not in self.missing:
                        self.missing.append(path)
                    return found
        return None


def _of_task(stages: Mapping[str, LockedStage], task: str) -> dict[str, LockedStage]:
    mine = {name: stage for name, stage in stages.items() if name.rpartition("-")[0] == task}
    return {name.removeprefix(f"{task}-"): stage for name, stage in mine.items()}


def kind_of(path: str) -> str:
    """Whether an input is code, settings, the list of libraries, or data."""
    if path.startswith(_CODE):
        return "code"
    if path.startswith(_CONF):
        return "settings"
    return "libraries" if PurePosixPath(path).name.startswith(_LIBRARIES) else "data"


def _number(text: str | None) -> float | None:
    return float(text) if text else None
