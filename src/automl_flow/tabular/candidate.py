"""Candidates: what a trial tried and how it did, as a document; and the fitted thing."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from pydantic import Field

from automl_flow.core.documents import Document, read_object
from automl_flow.models.family import Params

BASELINE = "baseline"  # the family that learns nothing from the columns
MOST_TRIALS = 10**9  # numbers of trials of a model that is read


@dataclass(frozen=True)
class Candidate:
    """A trial that ended well.

    Attributes:
        number: Trial number.
        family: Name of the model family.
        params: Its parameters.
        loss: Loss of all out-of-fold predictions together (smaller is better, whatever the metric).
        fold_losses: Loss of each fold.
        iterations: Boosting steps, epochs or trees kept in each fold; empty where there is no such thing.
        work: Microseconds of one thread to predict a row with one of its models, roughly.
        cut_short: The clock ended a fit before its own stopping rule did; such a trial is not repeatable.
        reads: Numbers of the candidates whose predictions it reads beside the columns: it is of the second layer.
    """

    number: int
    family: str
    params: Params
    loss: float
    fold_losses: tuple[float, ...]
    iterations: tuple[int, ...] = ()
    work: float = 0.0
    cut_short: bool = False
    reads: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Short name for tables."""
        return f"{'stacked-' if self.reads else ''}{self.family}-{self.number}"

    def to_document(self) -> dict[str, Any]:
        """The candidate as a JSON document."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Candidate:
        """Read what :meth:`to_document` gave."""
        tuples = {key: tuple(document[key]) for key in ("fold_losses", "iterations", "reads")}
        return cls(**{**document, **tuples})


class CandidateDocument(Document):
    """What :meth:`Candidate.to_document` gives; see :class:`Candidate`."""

    number: int = Field(ge=0, le=MOST_TRIALS)
    family: str = Field(max_length=100)
    params: dict[str, bool | int | float | str | None] = Field(max_length=1000)
    loss: float | None
    fold_losses: tuple[float | None, ...] = Field(max_length=10_000)
    iterations: tuple[int, ...] = Field(max_length=10_000)
    work: float = Field(ge=0)
    cut_short: bool
    reads: tuple[int, ...] = Field(max_length=1000)

    def candidate(self) -> Candidate:
        """Return the candidate; a loss that was infinite or unknown is NaN."""
        losses = tuple(math.nan if loss is None else loss for loss in self.fold_losses)
        loss = math.nan if self.loss is None else self.loss
        return Candidate(**{**dict(self), "loss": loss, "fold_losses": losses})


@dataclass(frozen=True)
class WeightedCandidates:
    """All candidates of a search, and the ensemble that was selected from them.

    Attributes:
        candidates: Candidates, the best first.
        weights: Weight of each in the ensemble; they add up to 1.
        trajectory: Loss of the ensemble after each step of its selection.
    """

    candidates: tuple[Candidate, ...]
    weights: tuple[float, ...]
    trajectory: tuple[float, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """The candidates as a JSON document."""
        return {
            "candidates": [candidate.to_document() for candidate in self.candidates],
            "weights": list(self.weights),
            "trajectory": list(self.trajectory),
        }

    @classmethod
    def from_document(cls, document: Any) -> Self:
        """Read what :meth:`to_document` gave."""
        stored = read_object(_WeightedCandidatesDocument, document)
        return cls(tuple(c.candidate() for c in stored.candidates), stored.weights, stored.trajectory)


class _WeightedCandidatesDocument(Document):
    candidates: tuple[CandidateDocument, ...]
    weights: tuple[float, ...]
    trajectory: tuple[float, ...]
