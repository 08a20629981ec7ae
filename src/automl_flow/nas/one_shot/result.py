"""The result of a one-shot search, which is stored as a document."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from automl_flow.nas.spaces.base import Value


@dataclass(frozen=True)
class DerivedArchitecture:
    """An architecture that the supernet recommends.

    Attributes:
        params: Full parameters, as the space takes them.
        accuracy: On the alpha split with inherited weights; ``None`` for regression.
        loss: Mean loss on the same samples.
    """

    params: Mapping[str, Value]
    accuracy: float | None
    loss: float


@dataclass(frozen=True)
class OneShotResult:
    """A finished one-shot search.

    Attributes:
        candidates: Architectures, the best first; no two are the same network.
        history: An entry per epoch: ``train_loss``, ``alpha_loss`` (on the alpha split), ``entropy`` (of the choices'
            probabilities, 1 when they are uniform) and ``parameter_free`` (share of the preferred operations that have
            no parameters).
        probabilities: Of each operation of each choice, at the end.
        edges: With edge normalisation, the factor of each choice in its sum; 1 is the plain sum.
        collapse: What early stopping did against a collapse of the alphas; empty when there was none.
        epochs: Epochs that were run.
        cut: Whether it ended before its last epoch, by a limit in seconds or by ``stop``.
    """

    candidates: tuple[DerivedArchitecture, ...]
    history: tuple[Mapping[str, float], ...] = ()
    probabilities: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    edges: Mapping[str, float] = field(default_factory=dict)
    collapse: str = ""
    epochs: int = 0
    cut: bool = False

    @property
    def collapsed(self) -> bool:
        """Whether the alphas collapsed (and were restored)."""
        return bool(self.collapse)

    def to_document(self) -> dict[str, Any]:
        """The result as JSON-able values, equal to what is read back from JSON."""
        lists = {"candidates": [asdict(c) for c in self.candidates], "history": [dict(entry) for entry in self.history]}
        return {**asdict(self), **lists, "collapsed": self.collapsed}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        """Read what :meth:`to_document` gave."""
        fields = {name: document[name] for name in ("probabilities", "edges", "collapse", "epochs", "cut")}
        candidates = tuple(DerivedArchitecture(**candidate) for candidate in document["candidates"])
        return cls(candidates=candidates, history=tuple(document["history"]), **fields)
