"""The objective of an architecture search: build, train up to a rung, validate. Runs in a worker process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.nas.search.context import SearchContext, memory_errors, training_spec, use_one_thread
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.study.trial import TrialJob, TrialRecord, TrialResult
from automl_flow.tasks.metrics import get_metric


@dataclass(frozen=True)
class Duplicate:
    """An architecture that an earlier trial has, too.

    Attributes:
        key: Canonical form of the architecture.
        of: Number of the earlier trial.
        losses: What that one reached; empty while it is running.
    """

    key: str
    of: int
    losses: tuple[float, ...] = ()

    def to_document(self) -> dict[str, Any]:
        """What the record of the later trial says."""
        return {"key": self.key, "duplicate_of": self.of}


@dataclass(frozen=True)
class Suggestion:
    """An architecture on its way to a worker.

    Attributes:
        architecture: What is built.
        trial: Number of its trial in the search, from which seeds and file names follow.
        epochs: Epochs to train up to, continuing from the trial's checkpoint.
        repeat: 0 for the first training; *k* for the *k*-th repetition, from other seeds.
        duplicate: The earlier trial of the same architecture; the suggestion is not trained then.
        refusal: The constraint that the architecture violates; it is not trained then.
    """

    architecture: Architecture
    trial: int
    epochs: int
    repeat: int = 0
    duplicate: Duplicate | None = None
    refusal: str | None = None


@dataclass(frozen=True)
class NetworkFacts:
    """What a trial found out about its network besides the losses.

    Attributes:
        key: Canonical form of the architecture.
        epochs: Epochs that it was trained for.
        tie_break_loss: Log loss or RMSE on the validation samples, which orders trials of equal loss.
        history: Training history of the first fold, an entry per epoch.
        parameters: Learned numbers of one network.
        flops: Multiply-adds for one sample.
        latency: Milliseconds for one sample on this machine; ``None`` where it is no objective.
        proxies: Scores of the untrained network by zero-cost proxy; empty where none is used.
    """

    key: str
    epochs: int
    tie_break_loss: float
    history: list[dict[str, float]]
    parameters: int
    flops: int
    latency: float | None = None
    proxies: Mapping[str, float] = field(default_factory=dict)

    def to_document(self) -> dict[str, Any]:
        """The facts as JSON-able values; what was not measured is left out."""
        return {name: value for name, value in asdict(self).items() if value not in (None, {})}

    @classmethod
    def of(cls, record: TrialRecord) -> NetworkFacts | None:
        """The facts of a record; ``None`` where the trial failed or is a duplicate."""
        if record.state != "complete" or not record.values or "duplicate_of" in record.attrs:
            return None
        return cls(**record.attrs)

    def objective(self, name: str) -> float:
        """A further objective by its name."""
        return float(getattr(self, name))


def evaluate(context: SearchContext, job: TrialJob[Suggestion]) -> TrialResult:
    """Train and validate a trial; a duplicate takes the losses of the earlier trial.

    Args:
        context: Data, space, metric and files of the search.
        job: Its suggestion is a :class:`Suggestion`.
    """
    suggestion = job.suggestion
    duplicate = suggestion.duplicate
    if duplicate is not None:
        return TrialResult(duplicate.losses, duplicate, pruned=not duplicate.losses)
    with memory_errors():
        return _evaluate(context, suggestion)


def _evaluate(context: SearchContext, suggestion: Suggestion) -> TrialResult:
    use_one_thread()
    space = context.make_space()
    prediction, history = _train(context, space, suggestion)
    buffer = BytesIO()
    np.save(buffer, prediction, allow_pickle=False)
    context.predictions(suggestion.trial, suggestion.repeat).write(buffer.getvalue())
    loss, tie_break_loss = losses_of(context, prediction)
    facts = _measure(context, space, suggestion, tie_break_loss, history)
    return TrialResult((loss, *(facts.objective(name) for name in context.objectives)), facts)


def _train(
    context: SearchContext, space: Space, suggestion: Suggestion
) -> tuple[NDArray[np.float64], list[dict[str, float]]]:
    """Train on every fold.

    Returns:
        Predictions for the validation samples of all folds, and the training history of the first.
    """
    from automl_flow.nas.training.fit import fit_network

    predictions, histories = [], []
    for part, fold in enumerate(context.folds):
        spec = training_spec(context, space, suggestion.architecture, _seed(context, suggestion, part))
        checkpoint = context.checkpoint(suggestion.trial, part, suggestion.repeat)
        fitted = fit_network(spec, fold.fit, suggestion.epochs, checkpoint)
        predictions.append(fitted.predict(fold.valid.x))
        histories.append(fitted.training.history)
    return np.concatenate(predictions), histories[0]


def _seed(context: SearchContext, suggestion: Suggestion, part: int) -> int:
    """Seed of a trial's training on one fold."""
    again = ("again", suggestion.repeat) if suggestion.repeat else ()
    return derive_seed(context.seed, "network", suggestion.trial, part, *again)


def _measure(
    context: SearchContext,
    space: Space,
    suggestion: Suggestion,
    tie_break_loss: float,
    history: list[dict[str, float]],
) -> NetworkFacts:
    """Costs and, where they are used, zero-cost proxies of a trained network.

    Args:
        context: Context of the search.
        space: The search space.
        suggestion: What was trained.
        tie_break_loss: For the facts.
        history: For the facts.
    """
    from automl_flow.nas.network.cost import cost_of
    from automl_flow.nas.proxies.measure import measure_cheap_proxies

    architecture, shape = suggestion.architecture, context.shape
    cost = cost_of(space, architecture, shape)
    proxies = {}
    if context.proxies:
        seed = _seed(context, suggestion, 0)
        proxies = measure_cheap_proxies(space, architecture, shape, context.folds[0].fit, seed)
    return NetworkFacts(
        key=architecture.key,
        epochs=suggestion.epochs,
        tie_break_loss=tie_break_loss,
        history=history,
        parameters=cost.parameters,
        flops=cost.flops,
        latency=latency_of(space, architecture, shape) if "latency" in context.objectives else None,
        proxies=proxies,
    )


def latency_of(space: Space, architecture: Architecture, shape: DataShape) -> float:
    """Milliseconds for one sample on this machine, measured."""
    from automl_flow.nas.network.cost import latency_ms

    return latency_ms(space.build(architecture, shape), shape)


def losses_of(context: SearchContext, prediction: NDArray[np.float64]) -> tuple[float, float]:
    """The metric's loss on all validation samples, and a finer loss that breaks ties.

    Args:
        context: Has the validation samples.
        prediction: Their probabilities (n, k), or values (n, 1).
    """
    y, weight = context.validation
    finer = get_metric(context.problem_type.tie_metric, context.problem)
    return context.scorer.loss(y, prediction, weight), finer.loss(y, prediction, weight)
