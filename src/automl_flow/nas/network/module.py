"""The module that is saved and exported: normalisation, networks, and the mean of what they say."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from automl_flow.nas.shape import DataShape
from automl_flow.nas.training.normalization import Normalizer


class InferenceModule(nn.Module):
    """Raw samples in, probabilities or values out.

    Shape:
        - Input: (N, H, W, C) images, (N, C, T) sequences, (N, F) encoded tables, of any number type
        - Output: (N, k) probabilities, or (N, 1) values
    """

    centre: Tensor
    scale: Tensor

    def __init__(self, inputs: Sequence[Normalizer], members: Sequence[nn.Module], *, classes: bool) -> None:
        """Put the parts together.

        Args:
            inputs: Normalisation of each member; members that were trained on other rows have their own.
            members: Networks of one architecture.
            classes: Whether outputs are logits; else they are values in units of ``scale`` around ``centre``.
        """
        super().__init__()
        self.inputs = nn.ModuleList(inputs)
        self.members = nn.ModuleList(members)
        self.classes = classes
        self.register_buffer("centre", torch.zeros(1))
        self.register_buffer("scale", torch.ones(1))

    def forward(self, x: Tensor) -> Tensor:
        """Predict."""
        outputs = [member(prepare(x)) for prepare, member in zip(self.inputs, self.members, strict=True)]
        if self.classes:
            return torch.stack([output.softmax(1) for output in outputs]).mean(0)
        return torch.stack(outputs).mean(0) * self.scale + self.centre


def assemble(members: Sequence[nn.Module], shape: DataShape, *, classes: bool) -> InferenceModule:
    """An untrained deployed module, to load a state into."""
    channels = shape.features if shape.kind == "table" else shape.channels
    return InferenceModule([Normalizer(shape.kind, channels) for _ in members], members, classes=classes).eval()
