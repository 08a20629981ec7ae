"""The context of a search: what its workers know, and how they train a network."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.execution.store import ResultStore, StoredFile
from automl_flow.nas.problem import EncodedFold, TrainingData
from automl_flow.nas.search.config import Objective
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.tasks.metrics import Metric, for_classes, get_metric
from automl_flow.tasks.problem_types import ProblemType, problem_type
from automl_flow.tasks.types import Label, Problem

if TYPE_CHECKING:
    from automl_flow.nas.training.fit import TrainingSpec


@dataclass(frozen=True)
class SearchContext:
    """What all trials of a search share; sent to every worker once.

    Attributes:
        space: Name of the search space.
        options: Its options.
        shape: Shape of the data.
        folds: What a trial is trained and validated on.
        whole: All samples, for the final training.
        problem: Kind of problem.
        metric: Name of the metric.
        objectives: What else is measured and minimised.
        training: Fields of the training configuration; an architecture may override some of them.
        store: Checkpoints, predictions and trained networks.
        seed: Seed of the search.
        proxies: Whether zero-cost proxies are measured for every trial.
        labels: Class of each code, which a user's own metric compares.
    """

    space: str
    options: Mapping[str, Any]
    shape: DataShape
    folds: tuple[EncodedFold, ...]
    whole: TrainingData
    problem: Problem
    metric: str
    objectives: tuple[Objective, ...]
    training: Mapping[str, Any]
    store: ResultStore
    seed: int
    proxies: bool = False
    labels: tuple[Label, ...] | None = None

    @property
    def problem_type(self) -> ProblemType:
        """What depends on the kind of problem."""
        return problem_type(self.problem)

    @property
    def validation(self) -> tuple[NDArray[Any], NDArray[Any] | None]:
        """Targets and weights of the validation samples of all folds, one fold after another."""
        valid = [fold.valid for fold in self.folds]
        weights = [data.weight for data in valid if data.weight is not None]
        return np.concatenate([data.y for data in valid]), np.concatenate(weights) if weights else None

    @property
    def samples(self) -> int:
        """Training samples of a trial, over all folds."""
        return sum(len(fold.fit.x) for fold in self.folds)

    @property
    def growth(self) -> float:
        """Samples of the final training as a multiple of those of a trial."""
        return len(self.whole.x) / self.samples

    @property
    def scorer(self) -> Metric:
        """The metric that compares trials."""
        return for_classes(get_metric(self.metric, self.problem), self.labels)

    def make_space(self) -> Space:
        """The search space."""
        return make_space(self.space, self.options)

    def checkpoint(self, trial: int, part: int, repeat: int = 0) -> StoredFile:
        """A trial's network on one fold; a second training of a trial, *repeat* 1, has files of its own."""
        return StoredFile(self.store, f"{_stem(trial, repeat)}-{part}.safetensors")

    def predictions(self, trial: int, repeat: int = 0) -> StoredFile:
        """A trial's predictions for the validation samples of all folds, one fold after another."""
        return StoredFile(self.store, f"{_stem(trial, repeat)}.npy")

    def read_predictions(self, trial: int) -> NDArray[np.float64]:
        """Read :meth:`predictions`."""
        return np.asarray(np.load(BytesIO(self.predictions(trial).read()), allow_pickle=False))


def _stem(trial: int, repeat: int) -> str:
    return f"{trial:05d}" + (f"-again{repeat}" if repeat else "")


def training_spec(
    context: SearchContext, space: Space, architecture: Architecture, seed: int, epochs: int | None = None
) -> TrainingSpec:
    """Training specification of an architecture: the context's settings, overridden by those of the space.

    Args:
        context: Settings of the search.
        space: Builds the network; an architecture may set the learning rate, for example.
        architecture: What is trained.
        seed: Seed of first weights, batches and augmentation.
        epochs: Length of the training; ``None`` is a trial's.
    """
    from automl_flow.nas.training.fit import TrainingSpec  # loads torch
    from automl_flow.nas.training.loop import TrainingConfig

    changes = {} if epochs is None else {"epochs": epochs}
    config = TrainingConfig(**{**context.training, **space.training(architecture), **changes})
    return TrainingSpec(space, architecture, context.shape, config, seed)


def use_one_thread() -> None:
    """Let torch use one thread: results depend on the number, and two small trials beat one with two threads."""
    import torch

    torch.set_num_threads(1)


@contextmanager
def memory_errors() -> Iterator[None]:
    """Turn torch's failure to allocate, a plain RuntimeError, into the MemoryError that it is."""
    try:
        yield
    except RuntimeError as error:
        text = str(error).lower()
        if "allocate memory" in text or "out of memory" in text:
            raise MemoryError(str(error)) from None
        raise
