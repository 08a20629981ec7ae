"""The end of every network: from features to outputs."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn.functional import relu

from automl_flow.nas.operations.base import OpSite
from automl_flow.nas.operations.layers import norm
from automl_flow.nas.shape import Kind


class Head(nn.Module):
    """Batch norm, ReLU, pooling over space or time, an optional dense layer, dropout, a linear map.

    Shape:
        - Input: (N, C, …)
        - Output: (N, outputs)
    """

    about = "head"

    def __init__(
        self, kind: Kind, channels: int, outputs: int, *, hidden: int = 0, dropout: float = 0.0, pooling: str = "mean"
    ) -> None:
        """Make the layers.

        Args:
            kind: Layout of the features.
            channels: C.
            outputs: Width of the result.
            hidden: Neurons of the dense layer; 0 leaves it out.
            dropout: Before the last layer.
            pooling: ``mean``, ``max``, ``last`` (the last step), over all axes after C.
        """
        super().__init__()
        self.pooling = pooling
        self.norm = norm(OpSite(kind=kind, channels_in=channels, channels_out=channels))
        dense: list[nn.Module] = [nn.Linear(channels, hidden), nn.ReLU()] if hidden else []
        self.out = nn.Sequential(*dense, nn.Dropout(dropout), nn.Linear(hidden or channels, outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Map features to outputs."""
        x = relu(self.norm(x))
        if x.dim() > 2:
            x = x.flatten(2)  # (N, C, H, W) -> (N, C, H * W)
            x = x[..., -1] if self.pooling == "last" else x.amax(2) if self.pooling == "max" else x.mean(2)
        return self.out(x)  # type: ignore[no-any-return]
