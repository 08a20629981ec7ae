"""The interface of a search space: flat named parameters, a network per setting, and a key that equal networks share.

One representation serves all strategies. Samplers see Optuna distributions. One-shot strategies see
:meth:`Space.choices`: the parameters that name the operation at some sites of the network; they build the network
with :meth:`Space.build` and put mixtures at these sites. They derive a setting of the same parameters.
"""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal

from optuna.distributions import BaseDistribution, CategoricalDistribution
from pydantic import Field

from automl_flow.core.config import Config
from automl_flow.core.errors import ConfigError, nearest
from automl_flow.nas.operations.base import OpFactory
from automl_flow.nas.shape import DataShape, Kind
from automl_flow.study.distributions import count, suggest

if TYPE_CHECKING:
    import optuna
    from torch import nn

Value = str | int | float | bool | None
Augmentation = Literal["none", "shift", "shift_flip", "jitter"]
"""A set of random changes to training samples; see :func:`automl_flow.nas.training.augmentation.augment`."""

# Bounds of options, far above useful values, so that no document can ask for endless work.
Count = Annotated[int, Field(ge=0, le=64)]  # layers, stages, kernels
Width = Annotated[int, Field(ge=0, le=1 << 16)]  # channels, neurons
Share = Annotated[float, Field(ge=0, le=1)]  # dropouts


@dataclass(frozen=True)
class Architecture:
    """A point of a search space.

    Attributes:
        space: Name of the space.
        params: Every parameter of the space, dead ones included; they can be enqueued in a study.
        live: The parameters that decide the network; dead and redundant ones are removed.
        key: Canonical form. Two architectures with the same key are the same network up to a renaming of its parts.
    """

    space: str
    params: Mapping[str, Value]
    live: Mapping[str, Value]
    key: str

    def __hash__(self) -> int:
        return hash((self.space, self.key))


class Space(ABC):
    """Base of all search spaces; subclasses are final and set the three class attributes."""

    name: ClassVar[str]
    kinds: ClassVar[tuple[Kind, ...]]
    Options: ClassVar[type[Config]]

    @abstractmethod
    def __init__(self, options: Any) -> None:
        """Keep *options*, an instance of ``Options``."""

    @property
    @abstractmethod
    def options(self) -> Config:
        """The user's options."""

    @abstractmethod
    def parameters(self, shape: DataShape) -> dict[str, BaseDistribution]:
        """All parameters with their distributions, in a fixed order; the space is flat (nothing is conditional)."""

    @abstractmethod
    def choices(self, shape: DataShape) -> dict[str, tuple[str, ...]]:
        """The parameters that name an operation, with the operations; a supernet relaxes these and no others."""

    def node_inputs(self, shape: DataShape) -> tuple[tuple[str, ...], ...]:  # noqa: ARG002 - part of the interface
        """The choices that each sum with several inputs adds up; a choice is an input of at most one sum."""
        return ()

    @abstractmethod
    def reference_params(self, shape: DataShape) -> dict[str, Value]:
        """The parameters of the plain network that a search has to beat."""

    @abstractmethod
    def simplify(self, params: Mapping[str, Value], shape: DataShape) -> dict[str, Value]:
        """Reduce parameters to those that decide the network: dead ones are dropped or neutralised. Idempotent."""

    @abstractmethod
    def build(self, architecture: Architecture, shape: DataShape, op_factory: OpFactory | None = None) -> nn.Module:
        """Build the network: float32 (N, …) with ``shape.sample`` behind N in, (N, shape.outputs) out.

        Args:
            architecture: Which network.
            shape: The data.
            op_factory: Builds the module of each site that a parameter of :meth:`choices` decides; it may be called
                several times with the same name. ``None`` builds the named operations from the simplified parameters;
                otherwise nothing is simplified, because every site is needed.
        """

    def key(self, live: Mapping[str, Value]) -> str:
        """Canonical text of simplified parameters; spaces with isomorphic settings override it."""
        return json.dumps(dict(live), sort_keys=True)

    def training(self, architecture: Architecture) -> dict[str, Any]:
        """Fields of ``TrainingConfig`` that this architecture sets itself, such as the learning rate."""
        return {k: v for k, v in architecture.live.items() if k in _TRAINING_PARAMETERS}

    def suggest(self, trial: optuna.trial.BaseTrial, shape: DataShape) -> Architecture:
        """Draw every parameter from *trial*."""
        drawn = {name: suggest(trial, name, d) for name, d in self.parameters(shape).items()}
        return self.architecture(drawn, shape)

    def architecture(self, params: Mapping[str, Value], shape: DataShape) -> Architecture:
        """Make an architecture of a full set of parameters.

        Raises:
            ConfigError: A parameter is missing, unknown, or has a value that the space does not contain.
        """
        distributions = self.parameters(shape)
        for name in params:
            if name not in distributions:
                raise ConfigError(f"space {self.name!r} has no parameter {name!r}{nearest(name, distributions)}")
        full = {name: _checked(self.name, name, d, params) for name, d in distributions.items()}
        live = self.simplify(full, shape)
        return Architecture(self.name, full, live, self.key(live))

    def reference(self, shape: DataShape) -> Architecture:
        """The plain network that a search has to beat."""
        return self.architecture(self.reference_params(shape), shape)

    def portfolio(self, shape: DataShape) -> tuple[Architecture, ...]:  # noqa: ARG002 - part of the interface
        """Further architectures from the literature, the best first; tried after the reference."""
        return ()

    def size(self, shape: DataShape) -> float:
        """Number of settings (isomorphic and dead ones counted apart); infinite with a continuous parameter."""
        return math.prod(count(d) for d in self.parameters(shape).values())


_TRAINING_PARAMETERS = ("learning_rate", "weight_decay", "augment")


def _checked(space: str, name: str, distribution: BaseDistribution, params: Mapping[str, Value]) -> Value:
    if name not in params:
        raise ConfigError(f"space {space!r} needs parameter {name!r}")
    value = params[name]
    if isinstance(distribution, CategoricalDistribution):
        if value not in distribution.choices:
            raise ConfigError(
                f"space {space!r}, parameter {name!r}: got {value!r}{nearest(value, distribution.choices)}"
            )
        return value
    if not isinstance(value, (int, float)) or not distribution._contains(value):
        raise ConfigError(f"space {space!r}, parameter {name!r}: got {value!r}, outside {distribution}")
    return value
