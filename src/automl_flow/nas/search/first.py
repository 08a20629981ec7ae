"""The network that is tried first: the plain reference of the space, made smaller where a cap forbids it."""

from __future__ import annotations

from collections.abc import Iterator

from optuna.distributions import CategoricalDistribution, IntDistribution

from automl_flow.nas.search.constraints import Ledger
from automl_flow.nas.spaces.base import Architecture, Value


def plain_network(ledger: Ledger) -> Architecture:
    """The reference network, or the largest that is under all caps among those found by making it smaller.

    One parameter at a time is changed: the change that is nearest to the caps, until one is under them. Where none
    gets there, the reference is returned as it is, and whoever starts it has to refuse it.
    """
    reference = current = ledger.space.reference(ledger.shape)
    excess = ledger.excess(current)
    while ledger.objection(current) is not None:
        smaller = [(e, a) for a in _neighbours(ledger, current) if (e := ledger.excess(a)) < excess]
        allowed = [a for _, a in smaller if ledger.objection(a) is None]
        if allowed:
            return max(allowed, key=lambda a: (ledger.work(a), a.key))
        if not smaller:
            return reference
        excess, current = min(smaller, key=lambda pair: (pair[0], pair[1].key))
    return current


def _neighbours(ledger: Ledger, architecture: Architecture) -> Iterator[Architecture]:
    """Architectures that differ in one parameter."""
    for name, distribution in ledger.space.parameters(ledger.shape).items():
        values: tuple[Value, ...] = ()
        if isinstance(distribution, CategoricalDistribution):
            values = distribution.choices
        elif isinstance(distribution, IntDistribution):
            values = (distribution.low,)
        for value in values:
            if value != architecture.params[name]:
                yield ledger.space.architecture({**architecture.params, name: value}, ledger.shape)
