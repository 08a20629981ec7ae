"""The inside of a trial: build, train up to a rung, judge. Runs in a worker process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.files import write_bytes
from automl_flow.core.seeds import derive_seed
from automl_flow.nas.problem import EncodedFold, TrainingData
from automl_flow.nas.search.config import Objective
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.study.trial import Evaluation, TrialJob
from automl_flow.tasks.metrics import Metric, for_classes, get_metric
from automl_flow.tasks.types import Label, Problem


@dataclass(frozen=True)
class Arena:
    """What all trials of a search share; sent to every worker once.

    Attributes:
        space: Name of the search space.
        options: Its options.
        shape: Shape of the data.
        rounds: What a trial is trained on and judged by.
        whole: All samples, for the final training.
        problem: Kind of problem.
        metric: Name of the metric.
        objectives: What else is measured.
        training: Fields of the training configuration; an architecture may set some of them otherwise.
        folder: Where checkpoints and predictions are kept.
        seed: Seed of the search.
        proxies: Whether zero-cost proxies are measured for every trial.
        labels: Class of each code, which a user's own metric compares.
    """

    space: str
    options: Mapping[str, Any]
    shape: DataShape
    rounds: tuple[EncodedFold, ...]
    whole: TrainingData
    problem: Problem
    metric: str
    objectives: tuple[Objective, ...]
    training: Mapping[str, Any]
    folder: Path
    seed: int
    proxies: bool = False
    labels: tuple[Label, ...] | None = None

    @property
    def classes(self) -> bool:
        """Whether classes are predicted."""
        return self.problem != "regression"

    @property
    def judges(self) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Targets and weights of the validation samples of all rounds, one round after another."""
        valid = [round_.valid for round_ in self.rounds]
        weights = [lesson.weight for lesson in valid if lesson.weight is not None]
        return np.concatenate([lesson.y for lesson in valid]), np.concatenate(weights) if weights else None

    @property
    def scorer(self) -> Metric:
        """The metric that compares trials."""
        return for_classes(get_metric(self.metric, self.problem), self.labels)

    def make_space(self) -> Space:
        """The search space."""
        return make_space(self.space, self.options)

    def checkpoint(self, number: int, part: int) -> Path:
        """File of a trial's network on one round."""
        return self.folder / f"{number:05d}-{part}.safetensors"

    def predictions(self, number: int) -> Path:
        """File of a trial's predictions for the validation samples of all rounds, one round after another."""
        return self.folder / f"{number:05d}.npy"


def evaluate(arena: Arena, job: TrialJob[Any]) -> Evaluation:
    """Train and judge a trial.

    The job's payload has ``params``, ``trial`` (its number in the search) and ``stop`` (epochs); for an architecture
    that was tried before also ``duplicate_of`` and ``known``, its losses, which are empty while that trial is running.
    """
    payload = job.suggestion
    if "duplicate_of" in payload:
        attrs = {"key": payload["key"], "duplicate_of": payload["duplicate_of"]}
        return Evaluation(tuple(payload["known"]), attrs, pruned=not payload["known"])
    with memory_errors():
        return _evaluate(arena, payload)


def _evaluate(arena: Arena, payload: Mapping[str, Any]) -> Evaluation:
    from automl_flow.nas.network.cost import cost_of
    from automl_flow.nas.training.fit import fit_network

    hold_threads()
    trial, stop = int(payload["trial"]), int(payload["stop"])
    space = arena.make_space()
    architecture = space.architecture(payload["params"], arena.shape)
    predictions, histories = [], []
    for part, round_ in enumerate(arena.rounds):
        recipe = training_spec(arena, space, architecture, derive_seed(arena.seed, "network", trial, part))
        learned = fit_network(recipe, round_.fit, stop, arena.checkpoint(trial, part))
        predictions.append(learned.predict(round_.valid.x))
        histories.append(learned.training.history)
    prediction = np.concatenate(predictions)
    _save_array(arena.predictions(trial), prediction)
    loss, finer = judge(arena, prediction)
    cost = cost_of(space, architecture, arena.shape)
    extra: dict[str, float] = {"parameters": cost.parameters, "flops": cost.flops}
    if "latency" in arena.objectives:
        extra["latency"] = latency_of(space, architecture, arena.shape)
    attrs = {"key": architecture.key, "epochs": stop, "loss": finer, "history": histories[0], **extra}
    if arena.proxies:
        from automl_flow.nas.proxies.measure import measure_cheap_proxies

        first_seed = derive_seed(arena.seed, "network", trial, 0)
        attrs["proxies"] = measure_cheap_proxies(space, architecture, arena.shape, arena.rounds[0].fit, first_seed)
    return Evaluation((loss, *(extra[name] for name in arena.objectives)), attrs)


def latency_of(space: Space, architecture: Architecture, shape: DataShape) -> float:
    """Milliseconds for one sample on this machine, measured."""
    from automl_flow.nas.network.cost import latency_ms

    return latency_ms(space.build(architecture, shape), shape)


def training_spec(arena: Arena, space: Space, architecture: Architecture, seed: int, **changes: Any) -> Any:
    """How an architecture of this search is trained."""
    from automl_flow.nas.training.fit import TrainingSpec
    from automl_flow.nas.training.loop import TrainingConfig

    config = TrainingConfig(**{**arena.training, **space.training(architecture), **changes})
    return TrainingSpec(space, architecture, arena.shape, config, seed)


def judge(arena: Arena, prediction: NDArray[np.float64]) -> tuple[float, float]:
    """The metric's loss of predictions for all validation samples, and a finer loss that breaks ties."""
    y, weight = arena.judges
    loss = arena.scorer.loss(y, prediction, weight)
    finer = get_metric("log_loss" if arena.classes else "rmse", arena.problem)
    return loss, finer.loss(y, prediction, weight)


def hold_threads() -> None:
    """One thread per trial: results depend on the number, and two small trials beat one with two threads."""
    import torch

    torch.set_num_threads(1)


class memory_errors:  # noqa: N801 - a context manager reads as a word
    """Turn torch's failure to allocate, a plain RuntimeError, into the MemoryError that it is."""

    def __enter__(self) -> None:
        """Nothing to prepare."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Look at what was raised."""
        text = str(error).lower()
        if isinstance(error, RuntimeError) and ("allocate memory" in text or "out of memory" in text):
            raise MemoryError(str(error)) from None


def _save_array(path: Path, array: NDArray[np.float64]) -> None:
    buffer = BytesIO()
    np.save(buffer, array, allow_pickle=False)
    write_bytes(path, buffer.getvalue())
