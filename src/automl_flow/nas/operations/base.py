"""Places and operations: what may stand where in a network.

A space builds its network from *places* (so many channels in, so many out) and asks an ``Operate`` function for the
module of each. The usual function looks up the one operation that the architecture names; a supernet's returns a
mixture of all the operations that the search may choose there. The network around the places is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl_flow.nas.shape import Kind

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, kw_only=True)
class Place:
    """A place in a network.

    Attributes:
        kind: Layout of what flows: ``image`` (N, C, H, W), ``sequence`` (N, C, T), ``table`` (N, C).
        channels_in: C before.
        channels_out: C after.
        stride: Step along the H and W (or T) axes, which shrink to ``ceil(size / stride)``; 1 for tables.
        affine: Whether batch norms learn scale and shift. Supernets switch it off, so that no operation can be
            favoured by the scale of its weights (Liu et al. 2019).
        dropout: Share of units that an operation with a natural place for dropout drops in training.
    """

    kind: Kind
    channels_in: int
    channels_out: int
    stride: int = 1
    affine: bool = True
    dropout: float = 0.0


@dataclass(frozen=True)
class Operation:
    """An operation that can stand at a place.

    Attributes:
        build: Makes the module for a place. The module maps (N, C_in, …) to (N, C_out, …) as the place says, and may
            assume nothing else about the sizes of the axes.
        kinds: Kinds of data that it can work on.
        free: It has no parameters where it keeps the shape (what one-shot searches collapse to).
        about: What it is, in a few words for drawings and reports.
    """

    build: Callable[[Place], nn.Module]
    kinds: tuple[Kind, ...]
    free: bool = False
    about: str = ""


Operate = Callable[[str, Place], "nn.Module"]
"""Gives the module for a place: called with the name of the parameter that decides it, and the place."""
