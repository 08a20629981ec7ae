"""Data augmentation: random changes to training samples that keep their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from automl_flow.nas.spaces.base import Augmentation

if TYPE_CHECKING:
    from torch import Generator, Tensor

SHIFT = 0.1  # as a share of the size, at least a pixel
HOLE = 0.25  # side of the square that is cut out, as a share of the size
HOLE_PROBABILITY = 0.5  # of a sample to lose a square
NOISE = 0.05  # in standard deviations of the normalised samples
SCALE = 0.1  # standard deviation of the factor


def augment(x: Tensor, policy: Augmentation, generator: Generator) -> Tensor:
    """Return changed samples.

    ``shift`` moves an image by up to a tenth of its size and cuts a square out of every second one (DeVries and
    Taylor 2017); ``shift_flip`` mirrors every second one too, which is wrong for digits, letters and all else that
    has a left and a right; ``jitter`` scales the channels of a sequence or table a little and adds noise.

    Args:
        x: Normalised samples, (N, C, H, W), (N, C, T) or (N, F).
        policy: Name of the augmentation.
        generator: Source of randomness, on the CPU.
    """
    if policy == "none":
        return x
    if policy == "jitter":
        return _jitter(x, generator)
    if policy == "shift_flip":
        x = _flip(x, generator)
    return _cut(_shift(x, generator), generator)


def _shift(x: Tensor, generator: Generator) -> Tensor:
    """Move each image by its own number of pixels; the border is repeated."""
    import torch
    from torch.nn.functional import pad

    N, _, H, W = x.shape
    reach = max(1, round(SHIFT * min(H, W)))
    padded = pad(x, (reach, reach, reach, reach), mode="replicate").permute(0, 2, 3, 1)  # (N, H, W, C)
    move = torch.randint(0, 2 * reach + 1, (2, N, 1), generator=generator).to(x.device)
    rows = move[0] + torch.arange(H, device=x.device)  # (N, H)
    columns = move[1] + torch.arange(W, device=x.device)
    sample = torch.arange(N, device=x.device)[:, None, None]
    return padded[sample, rows[:, :, None], columns[:, None, :]].permute(0, 3, 1, 2)


def _flip(x: Tensor, generator: Generator) -> Tensor:
    import torch

    mirrored = (torch.rand(len(x), generator=generator) < 0.5).to(x.device)
    return torch.where(mirrored[:, None, None, None], x.flip(3), x)


def _cut(x: Tensor, generator: Generator) -> Tensor:
    """Set a square to zero, the mean; it may reach over the border."""
    import torch

    N, _, H, W = x.shape
    side = max(1, round(HOLE * min(H, W)))
    draw = torch.rand(3, N, generator=generator).to(x.device)
    top = (draw[0] * (H + side)).long() - side
    left = (draw[1] * (W + side)).long() - side
    row, column = torch.arange(H, device=x.device), torch.arange(W, device=x.device)
    inside_rows = (row >= top[:, None]) & (row < top[:, None] + side)  # (N, H)
    inside_columns = (column >= left[:, None]) & (column < left[:, None] + side)
    hole = inside_rows[:, :, None] & inside_columns[:, None, :] & (draw[2] < HOLE_PROBABILITY)[:, None, None]
    return x.masked_fill(hole[:, None], 0.0)


def _jitter(x: Tensor, generator: Generator) -> Tensor:
    import torch

    scale = 1.0 + SCALE * torch.randn(x.shape[:2], generator=generator).to(x.device)
    noise = NOISE * torch.randn(x.shape, generator=generator).to(x.device)
    return x * scale.reshape(*scale.shape, *[1] * (x.dim() - 2)) + noise
