"""The result of an architecture search: what it found, its trials as a table, and what one would not expect of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.documents import read_object
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.final_training import WHOLE
from automl_flow.nas.search.objective import NetworkFacts
from automl_flow.nas.search.successive_halving import REFERENCE, ranked
from automl_flow.nas.spaces.base import Architecture
from automl_flow.study.notes import Note, causes, of_lost_trials
from automl_flow.study.schedule import PhaseTime
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import Metric
from automl_flow.tasks.splits import Positions

_ADVICE = {
    "budget": "give the search more time (time_left_for_this_task), or raise the limit that a message names",
    "timeout": "raise per_run_time_limit",
    "memory": "raise memory_limit, or lower n_jobs or batch_size",
    "data": "correct the data named in the message",
    "implementation": "leave out the operations that fail (space_options)",
}


@dataclass(frozen=True)
class NasResult:
    """What a search found.

    Attributes:
        records: All trials, in the order of their numbers, with the results of the rung that each reached last.
        best: Number of the trial that won.
        metric: Name and direction of what the losses of the trials stand for.
        choice: Why it won; it need not have the best score.
        architecture: Its architecture.
        network: The trained network.
        oof: Predictions for the validation samples by the winner's trial: (m, k) probabilities or (m, 1) values.
        rows: Positions of these samples in the problem's samples.
        strategy: Strategy that was used, which ``auto`` leaves open.
        reason: Why it was used.
        front: Numbers of the trials that no other trial beats in all objectives.
        proxies: Rank correlations (Spearman, Kendall) of each zero-cost proxy with the metric, where they were used.
        one_shot: What a one-shot strategy did before the first trial: its candidates, its history by epoch, whether
            its alphas collapsed; empty for other strategies.
        reproduce: Settings that repeat this search without a limit in seconds.
        interrupted: The user stopped it; the result is what was there.
        timeline: Planned and spent seconds of each phase.
        notes: What a user would not expect of the search.
    """

    records: tuple[TrialRecord, ...]
    best: int
    metric: Metric
    choice: str
    architecture: Architecture
    network: NetworkModel
    oof: NDArray[np.float64]
    rows: Positions
    strategy: str
    reason: str
    front: tuple[int, ...] = ()
    proxies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    one_shot: Mapping[str, Any] = field(default_factory=dict)
    reproduce: Mapping[str, Any] = field(default_factory=dict)
    interrupted: bool = False
    timeline: tuple[PhaseTime, ...] = ()
    notes: tuple[Note, ...] = ()

    @property
    def history(self) -> list[dict[str, float]]:
        """Training history of the winner's trial, an entry per epoch."""
        facts = NetworkFacts.of(self.records[self.best])
        return [] if facts is None else facts.history


@dataclass(frozen=True)
class SelectedArchitecture:
    """The architecture that a search selected, and why.

    Attributes:
        space: Name of the search space.
        params: The setting of the space that makes the architecture.
        key: What tells it from other architectures of the space.
        trial: Number of the trial that won.
        choice: Why it won.
        strategy: The search strategy.
        why: Why this strategy was used.
        front: Numbers of the trials that no other trial beats in all objectives.
        proxies: Rank correlations of each zero-cost proxy with the metric.
        one_shot: What a one-shot strategy did before the first trial; empty for other strategies.
    """

    space: str
    params: Mapping[str, Any]
    key: str
    trial: int
    choice: str
    strategy: str
    why: str
    front: tuple[int, ...] = ()
    proxies: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    one_shot: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, result: NasResult) -> Self:
        """Return what *result* selected."""
        return cls(
            space=result.architecture.space,
            params=dict(result.architecture.params),
            key=result.architecture.key,
            trial=result.best,
            choice=result.choice,
            strategy=result.strategy,
            why=result.reason,
            front=result.front,
            proxies=result.proxies,
            one_shot=result.one_shot,
        )

    def to_document(self) -> dict[str, Any]:
        """The architecture as a JSON document."""
        return dict(vars(self))

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """Read what :meth:`to_document` gave."""
        return read_object(cls, document)


def front(records: Sequence[TrialRecord]) -> tuple[int, ...]:
    """Numbers of the trials that no other trial equals or beats in everything."""
    complete = [record for record in records if NetworkFacts.of(record) is not None]
    values = np.asarray([r.values for r in complete], dtype=np.float64)
    beaten = [bool(((values <= v).all(axis=1) & (values < v).any(axis=1)).any()) for v in values]
    return tuple(r.number for r, b in zip(complete, beaten, strict=True) if not b)


def leaderboard(result: NasResult) -> pd.DataFrame:
    """A row per trial: the winner, the others, those that were trained longest first, by score; then the failed ones.

    Columns: trial, score, epochs, parameters (of one network), flops, seconds, state, cause, winner, architecture
    (JSON).
    """
    order = sorted(ranked(result.records), key=lambda record: record.number != result.best)
    rest = [record for record in result.records if record not in order]
    rows = [
        {
            "trial": record.number,
            "score": result.metric.from_loss(record.values[0]) if record.values else float("nan"),
            "epochs": 0 if facts is None else facts.epochs,
            "parameters": None if facts is None else facts.parameters,
            "flops": None if facts is None else facts.flops,
            "seconds": round(record.seconds, 2),
            "state": record.state,
            "cause": record.cause or "",
            "winner": record.number == result.best,
            "architecture": json.dumps(dict(record.params), sort_keys=True),
        }
        for record, facts in ((record, NetworkFacts.of(record)) for record in [*order, *rest])
    ]
    return pd.DataFrame(rows)


def notes_of(
    records: Sequence[TrialRecord],
    best: TrialRecord,
    *,
    config: NasConfig,
    facts: Mapping[str, Any],
    interrupted: bool,
    last_resort: bool,
) -> tuple[Note, ...]:
    """Notes on a search that has a network.

    Args:
        records: Its trials.
        best: The one that won.
        config: What was asked for.
        facts: Of the network that it ended with.
        interrupted: The user stopped it.
        last_resort: The time was over before a trial ended, and the reference network was trained for one epoch then.
    """
    notes = [*_of_its_end(records, config, interrupted=interrupted), *of_lost_trials(records)]
    if last_resort:
        notes.append(
            Note(
                "No trial finished in the time of the search (time_left_for_this_task): the network is the plain "
                "reference network, which was designed by hand; nothing was searched.",
                serious=True,
            )
        )
    elif best.number == REFERENCE:
        notes.append(_of_the_reference(records, best))
    return (*notes, *_of_the_training(best, config, facts))


def _of_its_end(records: Sequence[TrialRecord], config: NasConfig, *, interrupted: bool) -> Iterator[Note]:
    """That it ended before all architectures were tried."""
    finished = sum(record.state == "complete" for record in records)
    trained = [facts.epochs for facts in map(NetworkFacts.of, records) if facts is not None]
    whole = trained.count(config.epochs)
    tried = f"{finished} of {config.max_trials}" if config.max_trials else str(finished)
    length = f", {whole} of them for all {config.epochs} epochs" if whole < finished else ""
    if interrupted:
        yield Note(
            f"The search was interrupted (Ctrl-C): {tried} architectures had been tried by then{length}.", serious=True
        )
    elif config.max_trials and len(records) < config.max_trials:
        yield Note(f"The time of the search was over when {tried} architectures had been tried{length}.", serious=True)


def _of_the_reference(records: Sequence[TrialRecord], best: TrialRecord) -> Note:
    others = sum(NetworkFacts.of(record) is not None for record in records) - 1
    return Note(
        f"The search fell back to its plain reference network, which was designed by hand (trial {best.number}): "
        + (f"none of the {others} other networks was surely better." if others else "no other network was tried.")
    )


def _of_the_training(best: TrialRecord, config: NasConfig, facts: Mapping[str, Any]) -> Iterator[Note]:
    """That the final training did not take place, or not with all seeds."""
    if facts["trained_on"] != WHOLE:
        yield Note(
            f"There was no final training on all samples: the network is that of trial {best.number}, trained for "
            f"{facts['epochs']} epochs on a part of them.",
            serious=True,
        )
    elif facts["networks"] < config.final_seeds:
        yield Note(
            f"{facts['networks']} of {config.final_seeds} final trainings finished; the others had no time or failed."
        )


def nothing_trained(records: Sequence[TrialRecord]) -> str:
    """Say that no network was trained, why, and what to change."""
    failed = [record for record in records if record.state == "failed"]
    told = causes(failed) if failed else "no training could start within the time limit of the search"
    kinds = sorted({record.cause or "" for record in failed}) or ["budget"]
    advice = "; ".join(_ADVICE[kind] for kind in kinds if kind in _ADVICE)
    return f"no network could be trained. Of {len(records)} trials: {told}. What helps: {advice}."
