"""The interface of an operation, and the site of a network at which it stands.

A space builds its network around *sites* (C channels in, C' channels out) and asks an :data:`OpFactory` for the module
of each. The usual factory builds the one operation that the architecture names; a supernet's builds a mixture of all
operations that the search may choose there. The network around the sites is the same.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from automl_flow.nas.shape import Kind

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, kw_only=True)
class OpSite:
    """A site of a network at which an operation stands; an edge, in the terms of DARTS.

    Attributes:
        kind: Layout of the features: ``image`` (N, C, H, W), ``sequence`` (N, C, T), ``table`` (N, C).
        channels_in: C of the input.
        channels_out: C of the output.
        stride: Step along the H and W (or T) axes, which shrink to ``ceil(size / stride)``; 1 for tables.
        affine: Whether batch norms learn scale and shift. Supernets switch it off, so that no operation is favoured
            by the scale of its weights (Liu et al. 2019).
        dropout: Dropout rate, for operations that use dropout.
    """

    kind: Kind
    channels_in: int
    channels_out: int
    stride: int = 1
    affine: bool = True
    dropout: float = 0.0


@dataclass(frozen=True)
class Operation:
    """An operation of the search spaces.

    Attributes:
        build: Makes the module for a site. The module maps (N, C_in, …) to (N, C_out, …) as the site says, and may
            assume nothing else about the sizes of the axes.
        kinds: Kinds of data that it works on.
        parameter_free: Whether it has no parameters where it keeps the shape. One-shot searches collapse to such
            operations.
        about: Short description for drawings and reports.
    """

    build: Callable[[OpSite], nn.Module]
    kinds: tuple[Kind, ...]
    parameter_free: bool = False
    about: str = ""


OpFactory = Callable[[str, OpSite], "nn.Module"]
"""Builds the module of a site; called with the name of the parameter that decides the operation, and the site."""
