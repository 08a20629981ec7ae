"""From alphas to architectures: those that the alphas prefer.

The largest alpha is no measure of what an operation is worth in the network without the others (Wang et al. 2021), so
the alphas only propose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from automl_flow.nas.one_shot.collapse import free_share
from automl_flow.nas.one_shot.supernet import Supernet
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Space

TIE = 1e-6  # in probability; equal preferences fall to an operation with parameters
DRAWS = 20  # per architecture that is wanted
Paths = dict[str, int]
Probabilities = Mapping[str, Tensor]


def preferred(supernet: Supernet, probabilities: Probabilities) -> Paths:
    """The most probable operation of every choice."""
    return {name: int(torch.argmax(p + TIE * ~supernet.free(name))) for name, p in probabilities.items()}


def pool(
    space: Space, shape: DataShape, supernet: Supernet, probabilities: Probabilities, *, size: int, max_free: float
) -> list[Paths]:
    """At most *size* different architectures: the preferred one, the same without ``none``, neighbours, draws.

    Those with more than *max_free* operations without parameters are left out, unless there are no others.
    """
    found: dict[str, Paths] = {}
    collapsed: dict[str, Paths] = {}
    for paths in _proposals(supernet, probabilities, size):
        key = space.architecture(supernet.params(paths), shape).key
        kept = found if free_share(supernet, paths) <= max_free else collapsed
        kept.setdefault(key, paths)
        if len(found) >= size:
            break
    return list(found.values()) or list(collapsed.values())


def _proposals(supernet: Supernet, probabilities: Probabilities, size: int) -> Iterator[Paths]:
    best = preferred(supernet, probabilities)
    yield best
    something = {n: p.masked_fill(_nothing(supernet, n), 0.0) for n, p in probabilities.items()}
    yield preferred(supernet, something)
    # Every second proposal is a neighbour, so that neither peaked nor flat alphas leave the pool to one sort.
    neighbours = _neighbours(best, probabilities)
    for _ in range(DRAWS * size):
        yield from [paths for paths in [next(neighbours, None)] if paths is not None]
        yield {name: int(torch.multinomial(p, 1)) for name, p in probabilities.items()}


def _neighbours(best: Paths, probabilities: Probabilities) -> Iterator[Paths]:
    """Architectures with one other operation, the most probable first."""
    ratios = [
        (-float(p[i] / p[best[name]]), name, i)
        for name, p in probabilities.items()
        for i in range(len(p))
        if i != best[name]
    ]
    for _, name, i in sorted(ratios):
        yield {**best, name: i}


def _nothing(supernet: Supernet, name: str) -> Tensor:
    """Which options are ``none``, as long as there is any other."""
    nothing = torch.tensor([option == "none" for option in supernet.options[name]])
    return nothing if not nothing.all() else ~nothing
