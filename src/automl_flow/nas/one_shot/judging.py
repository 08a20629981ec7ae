"""The end of a one-shot search: proposals are compared by what they predict with inherited weights."""

from __future__ import annotations

from torch.nn.functional import cross_entropy

from automl_flow.nas.one_shot.data import Half
from automl_flow.nas.one_shot.discretize import Paths
from automl_flow.nas.one_shot.result import Candidate
from automl_flow.nas.one_shot.supernet import Supernet


def judged(supernet: Supernet, pool: list[Paths], data: Half) -> list[Candidate]:
    """The architectures of *pool* as candidates, the best on *data* first: by accuracy, then by loss."""
    return sorted((judge(supernet, paths, data) for paths in pool), key=lambda c: (-(c.accuracy or 0.0), c.loss))


def judge(supernet: Supernet, paths: Paths, data: Half) -> Candidate:
    """An architecture with its accuracy and loss on *data*."""
    output = supernet.predict(data.x, paths)
    if not data.classes:
        return Candidate(supernet.params(paths), None, float(((output[:, 0] - data.y) ** 2).mean()))
    accuracy = float((output.argmax(1) == data.y).double().mean())
    return Candidate(supernet.params(paths), accuracy, float(cross_entropy(output, data.y)))
