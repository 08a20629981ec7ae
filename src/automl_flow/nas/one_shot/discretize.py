"""From alphas to architectures: the supernet proposes candidates and ranks them with inherited weights.

The largest alpha does not measure what an operation is worth in the network without the others (Wang et al. 2021), so
the alphas only propose.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import torch
from torch import Tensor

from automl_flow.nas.one_shot.collapse import parameter_free_share
from automl_flow.nas.one_shot.data import SupernetSamples
from automl_flow.nas.one_shot.result import DerivedArchitecture
from automl_flow.nas.one_shot.supernet import Supernet
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Space

TIE_MARGIN = 1e-6  # in probability; within it, an operation with parameters is preferred
DRAWS_PER_CANDIDATE = 20
Paths = dict[str, int]
Probabilities = Mapping[str, Tensor]


def preferred(supernet: Supernet, probabilities: Probabilities) -> Paths:
    """The most probable operation of every choice."""
    return {
        name: int(torch.argmax(p + TIE_MARGIN * ~supernet.parameter_free(name))) for name, p in probabilities.items()
    }


def propose(
    space: Space,
    shape: DataShape,
    supernet: Supernet,
    probabilities: Probabilities,
    *,
    size: int,
    max_parameter_free: float,
) -> list[Paths]:
    """Distinct architectures: the preferred one, the same without ``none``, its neighbours, random draws.

    Args:
        space: Tells which paths are the same network.
        shape: Of the data.
        supernet: Holds the operations of each choice.
        probabilities: Of the operations, (K,) per choice.
        size: Architectures at most.
        max_parameter_free: Architectures with a larger share of operations without parameters are left out, unless
            there are no others.
    """
    found: dict[str, Paths] = {}
    collapsed: dict[str, Paths] = {}
    for paths in _proposals(supernet, probabilities, size):
        key = space.architecture(supernet.params(paths), shape).key
        kept = found if parameter_free_share(supernet, paths) <= max_parameter_free else collapsed
        kept.setdefault(key, paths)
        if len(found) >= size:
            break
    return list(found.values()) or list(collapsed.values())


def _proposals(supernet: Supernet, probabilities: Probabilities, size: int) -> Iterator[Paths]:
    best = preferred(supernet, probabilities)
    yield best
    something = {n: p.masked_fill(_nothing(supernet, n), 0.0) for n, p in probabilities.items()}
    yield preferred(supernet, something)
    # Neighbours and draws alternate: peaked alphas would draw nothing new, flat ones nothing near the best.
    neighbours = _neighbours(best, probabilities)
    for _ in range(DRAWS_PER_CANDIDATE * size):
        yield from [paths for paths in [next(neighbours, None)] if paths is not None]
        yield {name: int(torch.multinomial(p, 1)) for name, p in probabilities.items()}


def _neighbours(best: Paths, probabilities: Probabilities) -> Iterator[Paths]:
    """Architectures that differ from *best* in one operation, the most probable first."""
    ratios = [
        (-float(p[i] / p[best[name]]), name, i)
        for name, p in probabilities.items()
        for i in range(len(p))
        if i != best[name]
    ]
    for _, name, i in sorted(ratios):
        yield {**best, name: i}


def _nothing(supernet: Supernet, name: str) -> Tensor:
    """Mask of the options that are ``none``, unless there is no other."""
    nothing = torch.tensor([option == "none" for option in supernet.options[name]])
    return nothing if not nothing.all() else ~nothing


def rank(supernet: Supernet, proposed: list[Paths], data: SupernetSamples) -> list[DerivedArchitecture]:
    """The architectures as candidates, the best on *data* first: by accuracy, then by loss."""
    found = (evaluate(supernet, paths, data) for paths in proposed)
    return sorted(found, key=lambda candidate: (-(candidate.accuracy or 0.0), candidate.loss))


def evaluate(supernet: Supernet, paths: Paths, data: SupernetSamples) -> DerivedArchitecture:
    """An architecture with the accuracy and loss that it has on *data* with inherited weights."""
    output = supernet.predict(data.x, paths)
    loss = float(data.problem_type.torch_loss(output, data.y).mean())
    accuracy = float((output.argmax(1) == data.y).double().mean()) if data.problem_type.has_classes else None
    return DerivedArchitecture(supernet.params(paths), accuracy, loss)
