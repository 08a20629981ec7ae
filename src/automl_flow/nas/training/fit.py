"""Fit one network to some samples: normalise, scale the target, train, predict in the target's own units."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.nas.problem import Lesson, hold_back
from automl_flow.nas.spaces.base import Architecture, DataShape, Space
from automl_flow.nas.training.loop import Samples, Training, TrainingConfig, raw, samples, seeded
from automl_flow.nas.training.normalization import Inputs

HELD_BACK = 0.15  # of the samples, to stop early on


@dataclass(frozen=True)
class Learned:
    """A network that has learned.

    Attributes:
        training: The network with its average and history.
        inputs: Its normalisation.
        centre: Mean of the values that it was trained on; 0 for classes.
        scale: Their deviation; 1 for classes.
    """

    training: Training
    inputs: Inputs
    centre: float
    scale: float

    def predict(self, x: NDArray[Any]) -> NDArray[np.float64]:
        """Probabilities (n, k), or values (n, 1)."""
        output = self.training.predict(raw(x)).double()
        if self.training.classes:
            return np.asarray(output.softmax(1).numpy())
        return np.asarray(output.numpy() * self.scale + self.centre)


@dataclass(frozen=True)
class Recipe:
    """Which network, and how it is trained.

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
    recipe: Recipe,
    lesson: Lesson,
    stop: int | None = None,
    checkpoint: Path | None = None,
    deadline: float = math.inf,
) -> Learned:
    """Train a network, from its checkpoint where there is one.

    Args:
        recipe: Which network, and how.
        lesson: What it learns. With ``patience`` set, a part is held back to stop early on.
        stop: Epochs after which to stop; ``None`` is the end of the schedule.
        checkpoint: File to continue from and to write to.
        deadline: See :meth:`Training.run`.
    """
    from automl_flow.nas.training.checkpoint import restore, store

    centre, scale = (0.0, 1.0) if lesson.classes else (float(lesson.y.mean()), float(lesson.y.std()) or 1.0)
    inputs = Inputs.learn(lesson.x, recipe.shape.kind)

    def fresh() -> Training:
        network = seeded(lambda: recipe.space.build(recipe.architecture, recipe.shape), recipe.seed)
        return Training(network, inputs, recipe.config, recipe.seed, classes=lesson.classes)

    training, key = fresh(), recipe.architecture.key
    continued = checkpoint is not None and restore(training, checkpoint, key)
    ahead = continued and stop is not None and training.epoch > stop
    if ahead:  # a later rung wrote it: what is asked for now lies before it and is trained again
        training = fresh()
    before = training.epoch
    fit, watch = _parts(lesson, (lesson.y - centre) / scale if not lesson.classes else lesson.y, recipe)
    training.run(fit, stop, watch, deadline)
    if checkpoint is not None and training.epoch > before and not ahead:
        store(training, checkpoint, key)
    return Learned(training, inputs, centre, scale)


def load_fitted(recipe: Recipe, lesson: Lesson, checkpoint: Path) -> Learned | None:
    """The network of a checkpoint as it is; ``None`` where there is none."""
    from automl_flow.nas.training.checkpoint import restore

    learned = fit_network(recipe, lesson, 0)
    return learned if restore(learned.training, checkpoint, recipe.architecture.key) else None


def _parts(lesson: Lesson, y: NDArray[Any], recipe: Recipe) -> tuple[Samples, Samples | None]:
    """The samples to train on, and those to stop on when training stops early."""
    if recipe.config.patience is None:
        return samples(lesson.x, y, lesson.weight), None
    held = hold_back(lesson.y, HELD_BACK, recipe.seed, classes=lesson.classes)
    weight = (None, None) if lesson.weight is None else (lesson.weight[~held], lesson.weight[held])
    return samples(lesson.x[~held], y[~held], weight[0]), samples(lesson.x[held], y[held], weight[1])
