"""The two sides of a one-shot search: samples that teach the weights, and samples that teach the alphas."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from automl_flow.core.seeds import derive_seed
from automl_flow.nas.one_shot.relaxation import Loss
from automl_flow.nas.problem import TrainingData, hold_back
from automl_flow.nas.shape import DataShape
from automl_flow.nas.training.loop import samples
from automl_flow.nas.training.normalization import Normalizer


@dataclass(frozen=True)
class Half:
    """Samples of one of the two sides, ready for the network.

    Attributes:
        x: Normalizer, (n, …).
        y: Class codes or standardised values, (n,).
        weight: Sample weights, or ``None``.
        classes: Whether *y* are codes.
    """

    x: Tensor
    y: Tensor
    weight: Tensor | None
    classes: bool

    def thinned(self, most: int) -> Half:
        """At most *most* of the samples, evenly spread."""
        step = -(-len(self.x) // most)
        weight = None if self.weight is None else self.weight[::step]
        return Half(self.x[::step], self.y[::step], weight, self.classes)

    def loss(self, network: nn.Module, rows: Tensor) -> Loss:
        """The loss of *network* on a batch, to be computed when it is wanted."""

        def compute() -> Tensor:
            output = network(self.x[rows])
            if self.classes:
                loss = cross_entropy(output, self.y[rows], reduction="none")
            else:
                loss = (output[:, 0] - self.y[rows]) ** 2
            return (loss if self.weight is None else loss * self.weight[rows]).mean()

        return compute


def halves(data: TrainingData, shape: DataShape, most: int, seed: int) -> tuple[Half, Half]:
    """The samples of the weights and those of the alphas: disjoint, the classes in proportion, *most* in all."""
    normalizer = Normalizer.fit(data.x, shape.kind)
    y = data.y
    if not data.classes:
        y = (y - y.mean()) / (y.std() or 1.0)
    rows = np.arange(len(y))
    if len(rows) > most:
        rows = rows[hold_back(data.y, most / len(rows), derive_seed(seed, "thin"), classes=data.classes)]
    other = hold_back(data.y[rows], 0.5, derive_seed(seed, "halves"), classes=data.classes)

    def half(part: Any) -> Half:
        found = samples(data.x[part], y[part], None if data.weight is None else data.weight[part])
        return Half(normalizer(found.x), found.y, found.weight, data.classes)

    return half(rows[~other]), half(rows[other])
