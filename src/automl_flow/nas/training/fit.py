"""Fit one network to some samples: normalise, scale the target, train, predict in the target's own units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.execution.store import StoredFile
from automl_flow.nas.problem import TrainingData, hold_out
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.nas.training.loop import TensorSamples, Training, TrainingConfig, raw, samples, seeded
from automl_flow.nas.training.normalization import Normalizer

EARLY_STOPPING_FRACTION = 0.15  # of the samples


@dataclass(frozen=True)
class FittedNetwork:
    """A trained network with its normalisation.

    Attributes:
        training: The network with its average and history.
        inputs: The normalisation of its inputs.
        centre: Mean of each value that it was trained on, (k,); (1,) and 0 for probabilities.
        scale: Standard deviation of the same values; 1 for probabilities.
    """

    training: Training
    inputs: Normalizer
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]

    def predict(self, x: NDArray[Any]) -> NDArray[np.float64]:
        """Probabilities or values, (n, k)."""
        output = self.training.predict(raw(x)).double()
        return np.asarray(self.training.problem_type.torch_link(output).numpy() * self.scale + self.centre)


@dataclass(frozen=True)
class TrainingSpec:
    """A network and its training configuration.

    Attributes:
        space: Search space.
        architecture: A point of it.
        shape: Shape of the data.
        config: How it is trained.
        seed: Seed of first weights, batches and augmentation.
    """

    space: Space
    architecture: Architecture
    shape: DataShape
    config: TrainingConfig
    seed: int


def fit_network(
    spec: TrainingSpec,
    data: TrainingData,
    stop: int | None = None,
    checkpoint: StoredFile | None = None,
    deadline: float = math.inf,
) -> FittedNetwork:
    """Train a network, continuing from its checkpoint if there is one.

    Args:
        spec: Which network, and how.
        data: Training samples. With ``patience`` set, a part is held out for early stopping.
        stop: Epochs after which to stop; ``None`` is the end of the schedule.
        checkpoint: What to continue from and to write to.
        deadline: See :meth:`Training.run`.
    """
    from automl_flow.nas.training.checkpoint import restore, store

    inputs = Normalizer.fit(data.x, spec.shape.kind)

    def fresh() -> Training:
        network = seeded(lambda: spec.space.build(spec.architecture, spec.shape), spec.seed)
        return Training(network, inputs, spec.config, spec.seed, data.problem_type)

    training, key = fresh(), spec.architecture.key
    continued = checkpoint is not None and restore(training, checkpoint, key)
    ahead = continued and stop is not None and training.epoch > stop
    if ahead:  # a later rung wrote the checkpoint; the earlier epoch has to be trained again
        training = fresh()
    before = training.epoch
    fit, watch = _parts(data, data.standardised(), spec)
    training.run(fit, stop, watch, deadline)
    if checkpoint is not None and training.epoch > before and not ahead:
        store(training, checkpoint, key)
    return FittedNetwork(training, inputs, *data.scale())


def load_fitted(spec: TrainingSpec, data: TrainingData, checkpoint: StoredFile) -> FittedNetwork | None:
    """The network of a checkpoint as it is; ``None`` where there is none."""
    from automl_flow.nas.training.checkpoint import restore

    fitted = fit_network(spec, data, 0)
    return fitted if restore(fitted.training, checkpoint, spec.architecture.key) else None


def _parts(data: TrainingData, y: NDArray[Any], spec: TrainingSpec) -> tuple[TensorSamples, TensorSamples | None]:
    """Training samples, and with ``patience`` the samples for early stopping."""
    if spec.config.patience is None:
        return samples(data.x, y, data.weight), None
    held = hold_out(data.y, EARLY_STOPPING_FRACTION, spec.seed, classes=data.problem_type.has_classes)
    weight = (None, None) if data.weight is None else (data.weight[~held], data.weight[held])
    return samples(data.x[~held], y[~held], weight[0]), samples(data.x[held], y[held], weight[1])
