"""The module that is saved and exported: normalisation, networks, and the mean of their outputs."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from automl_flow.nas.shape import DataShape
from automl_flow.nas.training.normalization import Normalizer
from automl_flow.tasks.problem_types import ProblemType


class InferenceModule(nn.Module):
    """Raw samples in, probabilities or values out.

    Shape:
        - Input: (N, H, W, C) images, (N, C, T) sequences, (N, F) encoded tables, of any number type
        - Output: (N, k) probabilities or values
    """

    centre: Tensor
    scale: Tensor

    def __init__(
        self, inputs: Sequence[Normalizer], members: Sequence[nn.Module], problem_type: ProblemType, outputs: int
    ) -> None:
        """Put the parts together.

        Args:
            inputs: Normalisation of each member; members that were trained on other rows have their own.
            members: Networks of one architecture.
            problem_type: Defines the outputs of the networks. Values are in units of ``scale`` around
                ``centre``.
            outputs: Number of outputs.
        """
        super().__init__()
        self.inputs = nn.ModuleList(inputs)
        self.members = nn.ModuleList(members)
        self.problem_type = problem_type
        values = 1 if problem_type.has_probabilities else outputs
        self.register_buffer("centre", torch.zeros(values))
        self.register_buffer("scale", torch.ones(values))

    def forward(self, x: Tensor) -> Tensor:
        """Predict."""
        outputs = [member(prepare(x)) for prepare, member in zip(self.inputs, self.members, strict=True)]
        mean = torch.stack([self.problem_type.torch_link(output) for output in outputs]).mean(0)
        return mean if self.problem_type.has_probabilities else mean * self.scale + self.centre


def assemble(members: Sequence[nn.Module], shape: DataShape, problem_type: ProblemType) -> InferenceModule:
    """An untrained inference module, to load a state into."""
    channels = shape.features if shape.kind == "table" else shape.channels
    inputs = [Normalizer(shape.kind, channels) for _ in members]
    return InferenceModule(inputs, members, problem_type, shape.outputs).eval()
