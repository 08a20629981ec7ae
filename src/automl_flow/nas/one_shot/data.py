"""The two splits of a one-shot search: samples that train the weights, and samples that train the alphas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from torch import Tensor, nn

from automl_flow.core.seeds import derive_seed
from automl_flow.nas.one_shot.relaxation import Loss
from automl_flow.nas.problem import TrainingData, hold_out
from automl_flow.nas.shape import DataShape
from automl_flow.nas.training.loop import samples
from automl_flow.nas.training.normalization import Normalizer
from automl_flow.tasks.problem_types import ProblemType
from automl_flow.tasks.splits import Positions


@dataclass(frozen=True)
class SupernetSamples:
    """Samples of one split, ready for the network.

    Attributes:
        x: Inputs, (n, …).
        y: Class codes or standardised values, (n,); labels or values of k targets, (n, k).
        weight: Sample weights, or ``None``.
        problem_type: The problem type.
    """

    x: Tensor
    y: Tensor
    weight: Tensor | None
    problem_type: ProblemType

    def thinned(self, max_samples: int) -> SupernetSamples:
        """At most *max_samples* of the samples, evenly spread."""
        step = -(-len(self.x) // max_samples)
        weight = None if self.weight is None else self.weight[::step]
        return SupernetSamples(self.x[::step], self.y[::step], weight, self.problem_type)

    def loss(self, network: nn.Module, rows: Tensor) -> Loss:
        """The loss of *network* on a batch, computed when it is called."""

        def compute() -> Tensor:
            loss = self.problem_type.torch_loss(network(self.x[rows]), self.y[rows])
            return (loss if self.weight is None else loss * self.weight[rows]).mean()

        return compute


def split_samples(
    data: TrainingData, shape: DataShape, max_samples: int, seed: int
) -> tuple[SupernetSamples, SupernetSamples]:
    """The weight split and the alpha split: disjoint halves, stratified by class.

    Args:
        data: Samples to split.
        shape: Of the data.
        max_samples: Samples of both splits together; more are thinned out.
        seed: Seed of the draw.
    """
    normalizer = Normalizer.fit(data.x, shape.kind)
    y = data.standardised()
    rows, classes = np.arange(len(y)), data.problem_type.has_classes
    if len(rows) > max_samples:
        rows = rows[hold_out(data.y, max_samples / len(rows), derive_seed(seed, "thin"), classes=classes)]
    alpha = hold_out(data.y[rows], 0.5, derive_seed(seed, "halves"), classes=classes)

    def split(part: Positions) -> SupernetSamples:
        found = samples(data.x[part], y[part], None if data.weight is None else data.weight[part])
        return SupernetSamples(normalizer(found.x), found.y, found.weight, data.problem_type)

    return split(rows[~alpha]), split(rows[alpha])
