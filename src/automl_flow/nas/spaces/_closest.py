"""Project parameters onto a space that the user may have restricted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from optuna.distributions import BaseDistribution, CategoricalDistribution

from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Architecture, Space, Value


def closest(wanted: Mapping[str, Value], distributions: Mapping[str, BaseDistribution]) -> dict[str, Value]:
    """Values that the space contains and that are nearest to *wanted*; its first choice where nothing is wanted."""
    params: dict[str, Value] = {}
    for name, distribution in distributions.items():
        if not isinstance(distribution, CategoricalDistribution):
            raise TypeError(f"parameter {name!r} must be categorical")
        choices, value = distribution.choices, wanted.get(name)
        if value is None or value in choices:
            params[name] = choices[0] if value is None else value
        elif isinstance(value, (int, float)):
            params[name] = min(choices, key=lambda c: abs(float(c or 0) - float(value)))
        else:
            params[name] = choices[0]
    return params


def varied(space: Space, shape: DataShape, changes: Sequence[Mapping[str, Value]]) -> tuple[Architecture, ...]:
    """The reference network with each set of *changes*, as far as the space allows them."""
    distributions = space.parameters(shape)
    wanted = ({**space.reference_params(shape), **change} for change in changes)
    return tuple(space.architecture(closest(params, distributions), shape) for params in wanted)
