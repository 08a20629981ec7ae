"""Candidates: suggested by a strategy, evaluated by a trial, chosen for the ensemble."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Self

from pydantic import Field

from automl_flow.core.documents import Document, read_object
from automl_flow.models.family import Params
from automl_flow.study.trial import TrialRecord

BASELINE = "baseline"  # the family that learns nothing from the columns
MAX_TRIAL_NUMBER = 10**9  # in a stored model


@dataclass(frozen=True)
class Suggestion:
    """A candidate that a trial is to fit.

    Attributes:
        family: Name of the model family.
        params: Its parameters.
        prune_thresholds: Mean loss of the first *k* folds above which the trial ends there, by *k*.
        base_models: Numbers of the candidates whose out-of-fold predictions are further columns (second layer only).
        soft_seconds: Seconds after which the iterative fits of the whole trial stop and keep what they have; ``None``
            is no limit.
    """

    family: str
    params: Params
    prune_thresholds: Mapping[int, float] = field(default_factory=dict)
    base_models: tuple[int, ...] = ()
    soft_seconds: float | None = None


@dataclass(frozen=True)
class TrialFacts:
    """Facts of an evaluated trial besides its loss; of a pruned one, up to its last fold.

    Attributes:
        family: Name of the model family.
        params: Its parameters.
        fold_losses: Loss of each fold.
        iterations: Boosting steps, epochs or trees kept in each fold; empty where there is no such thing.
        work: Estimated microseconds of one thread to predict a row with one of its models.
        cut_short: A deadline ended a fit before its own stopping rule did; such a trial is not repeatable.
        base_models: Numbers of the candidates whose predictions it reads.
    """

    family: str
    params: Params
    fold_losses: tuple[float, ...]
    iterations: tuple[int, ...] = ()
    work: float = 0.0
    cut_short: bool = False
    base_models: tuple[int, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """The facts as JSON-able values."""
        return _as_document(self)

    @classmethod
    def of(cls, record: TrialRecord) -> TrialFacts | None:
        """The facts of a record; ``None`` where the trial failed before there were any."""
        return cls(**_from_document(record.attrs)) if record.attrs else None


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
        work: Estimated microseconds of one thread to predict a row with one of its models.
        cut_short: The clock ended a fit before its own stopping rule did; such a trial is not repeatable.
        base_models: Numbers of the candidates whose out-of-fold predictions are further columns (second layer only).
    """

    number: int
    family: str
    params: Params
    loss: float
    fold_losses: tuple[float, ...]
    iterations: tuple[int, ...] = ()
    work: float = 0.0
    cut_short: bool = False
    base_models: tuple[int, ...] = ()

    @property
    def name(self) -> str:
        """Short name for tables."""
        return f"{'stacked-' if self.base_models else ''}{self.family}-{self.number}"

    @classmethod
    def of(cls, record: TrialRecord) -> Candidate:
        """The candidate that a complete trial evaluated."""
        loss = math.inf if record.values is None else record.values[0]
        return cls(number=record.number, loss=loss, **_from_document(record.attrs))

    def to_document(self) -> dict[str, Any]:
        """The candidate as a JSON document."""
        return _as_document(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Candidate:
        """Read what :meth:`to_document` gave."""
        return cls(**_from_document(document))


def _as_document(known: TrialFacts | Candidate) -> dict[str, Any]:
    """Values as they come back from JSON; base models keep the key that stored models have."""
    document = {key: list(value) if isinstance(value, tuple) else value for key, value in asdict(known).items()}
    base_models = document.pop("base_models")
    return {**document, "reads": base_models}


def _from_document(document: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of what :func:`_as_document` wrote."""
    fields = dict(document)
    fields["base_models"] = fields.pop("reads")
    return fields | {key: tuple(fields[key]) for key in ("fold_losses", "iterations", "base_models")}


class CandidateDocument(Document):
    """Checked form of a stored candidate; see :class:`Candidate`."""

    number: int = Field(ge=0, le=MAX_TRIAL_NUMBER)
    family: str = Field(max_length=100)
    params: dict[str, bool | int | float | str | None] = Field(max_length=1000)
    loss: float | None
    fold_losses: tuple[float | None, ...] = Field(max_length=10_000)
    iterations: tuple[int, ...] = Field(max_length=10_000)
    work: float = Field(ge=0)
    cut_short: bool
    base_models: tuple[int, ...] = Field(max_length=1000, alias="reads")

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
