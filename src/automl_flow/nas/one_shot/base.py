"""What a one-shot strategy is, and what a user sets for any of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from pydantic import Field

from automl_flow.core.config import Config

if TYPE_CHECKING:
    from automl_flow.nas.one_shot.relaxation import Relaxation


class OneShotConfig(Config):
    """Settings that all one-shot strategies share (``strategy_options``).

    Attributes:
        epochs: Length of the schedule, in passes over the samples (several for few samples).
        stop: Epochs after which to stop although the schedule is longer; ``None`` goes to its end.
        warm_up: Share of the epochs in which only weights learn: alphas that move while the weights are still random
            prefer operations without any.
        batch_size: Samples per step.
        learning_rate: Of the weights, at its peak; the cosine schedule ends at zero.
        weight_decay: Of the weights.
        alpha_rate: Learning rate of the alphas.
        alpha_decay: Weight decay of the alphas.
        partial_channels: k: one channel in k is mixed, the others pass by; 1 mixes all.
        edge_normalisation: Where results are added up (the nodes of a cell), learn with the alphas how much each of
            them counts: this steadies partial channels, which let the best operation change often (PC-DARTS).
        max_samples: More samples are thinned out to so many.
        max_free: Share of chosen operations without parameters above which the alphas are taken for collapsed: they
            go back to what they were and stay; 1 switches the guard off.
        pool: Architectures that are compared with inherited weights at the end.
        candidates: How many of them are handed to the search, the best first.
    """

    epochs: int = Field(15, ge=1)
    stop: int | None = Field(None, ge=1)
    warm_up: float = Field(0.5, ge=0, lt=1)
    batch_size: int = Field(64, ge=2)
    learning_rate: float = Field(0.15, gt=0)
    weight_decay: float = Field(1e-3, ge=0)
    alpha_rate: float = Field(0.03, gt=0)
    alpha_decay: float = Field(1e-3, ge=0)
    partial_channels: int = Field(1, ge=1)
    edge_normalisation: bool = False
    max_samples: int = Field(5000, ge=8)
    max_free: float = Field(0.5, ge=0, le=1)
    pool: int = Field(32, ge=1)
    candidates: int = Field(4, ge=1)

    @property
    def warm_up_epochs(self) -> int:
        """Epochs before the alphas move."""
        return int(self.warm_up * self.epochs)


@dataclass(frozen=True)
class OneShot:
    """A one-shot strategy.

    Attributes:
        about: What it does, in a line.
        Options: Its settings.
        relax: Makes the relaxation from them.
    """

    about: str
    Options: type[OneShotConfig]
    relax: Callable[[Any], Relaxation]
