"""Kinds of data and the shape of a sample."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Kind = Literal["image", "sequence", "table"]


@dataclass(frozen=True, kw_only=True)
class DataShape:
    """The shape of one sample and of one prediction.

    Attributes:
        kind: ``image`` (C, H, W), ``sequence`` (C, T) or ``table`` (F).
        channels: C, channels of an image or a sequence.
        height: H, rows of an image.
        width: W, columns of an image.
        steps: T, length of a sequence.
        features: F, columns of an encoded table.
        outputs: Numbers that the network returns: a logit per class, or 1 for regression.
        padded: Sequences differ in length, and their last channel says which steps are there.
    """

    kind: Kind
    channels: int = 1
    height: int = 1
    width: int = 1
    steps: int = 1
    features: int = 1
    outputs: int = 1
    padded: bool = False

    @property
    def sample(self) -> tuple[int, ...]:
        """Shape of one sample as the network takes it, without the batch axis."""
        if self.kind == "image":
            return (self.channels, self.height, self.width)
        if self.kind == "sequence":
            return (self.channels, self.steps)
        return (self.features,)

    @property
    def raw(self) -> tuple[int, ...]:
        """Shape of one sample as users pass it, without the batch axis: images have their channels last."""
        return (self.height, self.width, self.channels) if self.kind == "image" else self.sample
