"""The interface of a one-shot strategy, and the settings that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from automl_flow.core.config import Config

if TYPE_CHECKING:
    from automl_flow.nas.one_shot.relaxation import Relaxation


class OneShotConfig(Config):
    """Settings that all one-shot strategies share (``strategy_options``).

    Attributes:
        epochs: Length of the schedule, in passes over the samples (an epoch takes several where there are few).
        stop: Epochs after which to stop although the schedule is longer; ``None`` runs all of it.
        warm_up: Share of the epochs in which only the weights are trained: alphas that move while the weights are still
            random prefer operations without any.
        batch_size: Samples per step.
        learning_rate: Of the weights, at its peak; the cosine schedule ends at zero.
        weight_decay: Of the weights.
        alpha_rate: Learning rate of the alphas.
        alpha_decay: Weight decay of the alphas.
        partial_channels: k: one channel in k is mixed, the others bypass the mixture; 1 mixes all.
        edge_normalisation: Learn, together with the alphas, a factor for each input of a sum (the nodes of a cell). It
            steadies partial channels, with which the best operation changes often (PC-DARTS).
        max_samples: More samples are thinned out to this number.
        max_parameter_free: Share of chosen operations without parameters above which the alphas count as collapsed: the
            last good ones are restored and kept. 1 switches this early stopping off.
        pool: Architectures that are compared with inherited weights at the end.
        candidates: How many of them the search trains, the best first.
    """

    renamed: ClassVar[Mapping[str, str]] = {"max_free": "max_parameter_free"}

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
    max_parameter_free: float = Field(0.5, ge=0, le=1)
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
        about: One-line description.
        Options: Its settings.
        relax: Makes the relaxation from them.
    """

    about: str
    Options: type[OneShotConfig]
    relax: Callable[[Any], Relaxation]
