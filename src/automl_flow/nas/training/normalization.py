"""The first layer of every saved network: raw samples in, normalised tensors out."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from automl_flow.nas.shape import Kind


class Normalizer(nn.Module):
    """Move channels to the front and subtract the mean and divide by the deviation of each.

    NaN in a sequence is padding and becomes zero, which is the mean after normalisation.

    Shape:
        - Input: (N, H, W, C) images, (N, C, T) sequences or (N, F) tables, of any number type
        - Output: float32 (N, C, H, W), (N, C, T) or (N, F)
    """

    mean: Tensor
    deviation: Tensor

    def __init__(self, kind: Kind, channels: int) -> None:
        super().__init__()
        self.kind = kind
        self.register_buffer("mean", torch.zeros(channels))
        self.register_buffer("deviation", torch.ones(channels))

    @classmethod
    def fit(cls, x: NDArray[Any], kind: Kind) -> Self:
        """Learn means and deviations from training samples; a constant channel keeps its deviation of 1."""
        axis = {"image": 3, "sequence": 1, "table": 1}[kind]
        others = tuple(i for i in range(x.ndim) if i != axis)
        padded = kind == "sequence" and x.dtype.kind == "f" and bool(np.isnan(x).any())
        average, spread = (np.nanmean, np.nanstd) if padded else (np.mean, np.std)
        mean, deviation = average(x, others, dtype=np.float64), spread(x, others, dtype=np.float64)
        inputs = cls(kind, x.shape[axis])
        inputs.mean.copy_(torch.from_numpy(mean))
        inputs.deviation.copy_(torch.from_numpy(np.where(deviation > 0, deviation, 1.0)))
        return inputs

    def forward(self, x: Tensor) -> Tensor:
        """Normalise."""
        if self.kind == "image":
            x = x.permute(0, 3, 1, 2)  # the memory stays as it was, which is the channels-last layout
        shape = (1, -1, *[1] * (x.dim() - 2))
        x = (x.float() - self.mean.reshape(shape)) / self.deviation.reshape(shape)
        return torch.where(x.isnan(), 0.0, x) if self.kind == "sequence" else x
