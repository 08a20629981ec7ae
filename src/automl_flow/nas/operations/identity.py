"""The input itself, and nothing at all."""

from __future__ import annotations

from torch import Tensor, nn

from automl_flow.nas.operations.base import Operation, OpSite
from automl_flow.nas.operations.layers import identity


class Zero(nn.Module):
    """Zeros in the output shape of the site.

    Shape:
        - Input: (N, C_in, …)
        - Output: (N, C_out, …), the axes after C shrunk by the stride
    """

    def __init__(self, site: OpSite) -> None:
        super().__init__()
        self.site = site

    def forward(self, x: Tensor) -> Tensor:
        """Return zeros; the gradient to *x* is zero too, not missing."""
        if self.site.stride > 1:
            x = x[(slice(None), slice(None), *[slice(None, None, self.site.stride)] * (x.dim() - 2))]
        if self.site.channels_in != self.site.channels_out:
            return (x * 0.0).sum(1, keepdim=True).expand(-1, self.site.channels_out, *x.shape[2:])
        return x * 0.0


ENTRIES = {
    "skip_connect": Operation(identity, kinds=("image", "sequence", "table"), about="identity", parameter_free=True),
    "none": Operation(Zero, kinds=("image", "sequence", "table"), about="nothing", parameter_free=True),
}
