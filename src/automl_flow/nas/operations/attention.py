"""Self-attention over the steps (Vaswani et al. 2017), pre-norm, with sinusoidal positions."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from automl_flow.nas.operations.base import Operation, OpSite
from automl_flow.nas.operations.layers import identity, norm

HEAD_WIDTH = 16


class SelfAttention(nn.Module):
    """Multi-head attention of every step to every step, added to the (projected) input, then batch norm.

    Shape:
        - Input: (N, C_in, T)
        - Output: (N, C_out, T / stride)
    """

    fixed = "positions of the steps"  # the name of the constants in drawings

    def __init__(self, site: OpSite) -> None:
        super().__init__()
        c = site.channels_out
        self.dropout = site.dropout
        self.heads = max(h for h in range(1, max(1, c // HEAD_WIDTH) + 1) if c % h == 0)
        self.project = identity(site)
        self.before = nn.LayerNorm(c)
        self.qkv = nn.Linear(c, 3 * c)
        self.out = nn.Linear(c, c)
        self.norm = norm(site)

    def forward(self, x: Tensor) -> Tensor:
        """Attend."""
        x = self.project(x).transpose(1, 2)  # (N, T, C)
        N, T, C = x.shape
        h = self.before(x + positions(T, C, x))
        q, k, v = self.qkv(h).view(N, T, 3, self.heads, C // self.heads).permute(2, 0, 3, 1, 4)  # (N, heads, T, w)
        dropout = self.dropout if self.training else 0.0
        y = scaled_dot_product_attention(q, k, v, dropout_p=dropout)
        y = self.out(y.transpose(1, 2).reshape(N, T, C))
        return self.norm((x + y).transpose(1, 2))  # type: ignore[no-any-return]


def positions(steps: int, channels: int, like: Tensor) -> Tensor:
    """Sines and cosines of the step's number, (T, C), on the device and in the type of *like*."""
    step = torch.arange(steps, device=like.device, dtype=torch.float32)[:, None]
    channel = torch.arange(channels, device=like.device)
    rate = torch.exp(-math.log(10_000.0) * (channel // 2 * 2) / channels)
    return torch.sin(step * rate + (channel % 2) * (math.pi / 2)).to(like.dtype)


ENTRIES = {"attention": Operation(SelfAttention, kinds=("sequence",), about="self-attention")}
