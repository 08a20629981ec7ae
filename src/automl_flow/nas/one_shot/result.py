"""What a one-shot search found, as a document that can be kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from automl_flow.nas.spaces.base import Value


@dataclass(frozen=True)
class Candidate:
    """An architecture that the supernet recommends.

    Attributes:
        params: Full parameters, as the space takes them.
        accuracy: Share of the alphas' samples that it predicts with inherited weights; ``None`` for regression.
        loss: Its mean loss on them.
    """

    params: Mapping[str, Value]
    accuracy: float | None
    loss: float


@dataclass(frozen=True)
class OneShotResult:
    """A finished one-shot search.

    Attributes:
        candidates: Architectures, the best first; no two are the same network.
        history: An entry per epoch: ``train_loss``, ``alpha_loss`` (on the alphas' half), ``entropy`` (of the
            choices' probabilities, 1 when they are uniform) and ``free`` (share of the preferred operations that have
            no parameters).
        probabilities: What the alphas say of each operation of each choice in the end.
        edges: With edge normalisation, how much each choice counts in its sum; 1 is the plain sum.
        guard: What the guard against collapse did; empty when there was no collapse.
        epochs: Epochs that were done.
        cut: Whether it ended before its last epoch, by a limit in seconds or by ``stop``.
    """

    candidates: tuple[Candidate, ...]
    history: tuple[Mapping[str, float], ...] = ()
    probabilities: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    edges: Mapping[str, float] = field(default_factory=dict)
    guard: str = ""
    epochs: int = 0
    cut: bool = False

    @property
    def collapsed(self) -> bool:
        """Whether the alphas collapsed (and were taken back)."""
        return bool(self.guard)

    def to_document(self) -> dict[str, Any]:
        """The result as JSON-able values, equal to what is read back from JSON."""
        lists = {"candidates": [asdict(c) for c in self.candidates], "history": [dict(entry) for entry in self.history]}
        return {**asdict(self), **lists, "collapsed": self.collapsed}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_document` gave."""
        fields = {name: document[name] for name in ("probabilities", "edges", "guard", "epochs", "cut")}
        candidates = tuple(Candidate(**candidate) for candidate in document["candidates"])
        return cls(candidates=candidates, history=tuple(document["history"]), **fields)
