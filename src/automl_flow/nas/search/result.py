"""What a search found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.documents import read_object
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.spaces.base import Architecture
from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import Metric
from automl_flow.tasks.splits import Positions


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
        oof: Predictions for the judging samples by the winner's trial: (m, k) probabilities or (m, 1) values.
        rows: Positions of these samples in the problem's samples.
        strategy: Strategy that was used, which ``auto`` leaves open.
        why: Why it was used.
        front: Numbers of the trials that no other trial beats in all objectives.
        proxies: Rank correlations (Spearman, Kendall) of each zero-cost proxy with the metric, where they were used.
        one_shot: What a one-shot strategy did before the first trial: its candidates, its history by epoch, whether
            its alphas collapsed; empty for other strategies.
        reproduce: Settings that repeat this search without a limit in seconds.
        interrupted: The user stopped it; the result is what was there.
        notes: What one would not expect of the search.
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
    why: str
    front: tuple[int, ...] = ()
    proxies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    one_shot: Mapping[str, Any] = field(default_factory=dict)
    reproduce: Mapping[str, Any] = field(default_factory=dict)
    interrupted: bool = False
    notes: tuple[Note, ...] = ()

    @property
    def history(self) -> list[dict[str, float]]:
        """Training history of the winner's trial, an entry per epoch."""
        return list(self.records[self.best].attrs["history"])


def front(records: Sequence[TrialRecord]) -> tuple[int, ...]:
    """Numbers of the trials that no other trial equals or beats in everything."""
    complete = [r for r in records if r.state == "complete" and r.values and "duplicate_of" not in r.attrs]
    values = np.asarray([r.values for r in complete], dtype=np.float64)
    beaten = [bool(((values <= v).all(axis=1) & (values < v).any(axis=1)).any()) for v in values]
    return tuple(r.number for r, b in zip(complete, beaten, strict=True) if not b)


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
            why=result.why,
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
