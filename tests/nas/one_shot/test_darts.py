"""The second-order gradient of DARTS."""

from __future__ import annotations

import torch
from torch.func import functional_call
from torch.nn.functional import cross_entropy

from automl_flow.nas.one_shot.darts import unrolled_gradients
from automl_flow.nas.one_shot.supernet import Supernet
from automl_flow.nas.spaces import make_space
from automl_flow.nas.training.loop import seeded
from tests.nas.one_shot.problems import TABLE

RATE = 0.1
NUDGE = 1e-4  # shorter than the usual one, so that hardly any unit switches between the two sides
SPACE = make_space("tabular", {"widths": [8], "layers": [2]})


class Problem:
    """A tiny supernet in double precision with a batch for the weights and one for the alphas."""

    def __init__(self) -> None:
        made = seeded(lambda: Supernet(SPACE, TABLE), 0)
        assert isinstance(made, Supernet)
        self.net = made.double()
        generator = torch.Generator().manual_seed(0)
        self.batches = [torch.randn(32, 4, generator=generator, dtype=torch.double) for _ in range(2)]
        self.labels = [(x[:, 0] + x[:, 1] ** 2 > 1).long() for x in self.batches]
        with torch.no_grad():
            for alpha in self.net.alphas.values():
                alpha.copy_(torch.randn(len(alpha), generator=generator))

    def loss(self, part: int, weights: dict[str, torch.Tensor] | None = None) -> torch.Tensor:
        self.net.set_mixture({name: alpha.softmax(0) for name, alpha in self.net.alphas.items()})
        named = dict(self.net.network.named_parameters()) if weights is None else weights
        return cross_entropy(functional_call(self.net.network, named, (self.batches[part],)), self.labels[part])

    def exact(self) -> list[torch.Tensor]:
        """The gradient through the step of the weights, by automatic differentiation."""
        named = dict(self.net.network.named_parameters())
        steps = torch.autograd.grad(self.loss(0), list(named.values()), create_graph=True)
        stepped = {name: w - RATE * g for (name, w), g in zip(named.items(), steps, strict=True)}
        return list(torch.autograd.grad(self.loss(1, stepped), list(self.net.alphas.values())))


def approximate(problem: Problem) -> list[torch.Tensor]:
    return unrolled_gradients(problem.net, lambda: problem.loss(0), lambda: problem.loss(1), RATE, NUDGE)[1]


def test_the_central_difference_agrees_with_automatic_differentiation() -> None:
    problem = Problem()
    for found, exact in zip(approximate(problem), problem.exact(), strict=True):
        assert torch.allclose(found, exact, rtol=1e-2, atol=1e-6)


def test_second_order_is_not_first_order() -> None:
    problem = Problem()
    first = torch.autograd.grad(problem.loss(1), list(problem.net.alphas.values()))
    second = approximate(problem)
    assert not any(torch.allclose(a, b, rtol=1e-2) for a, b in zip(first, second, strict=True))


def test_the_weights_are_the_same_before_and_after() -> None:
    problem = Problem()
    before = [w.detach().clone() for w in problem.net.weights()]
    approximate(problem)
    assert all(torch.equal(w, b) for w, b in zip(problem.net.weights(), before, strict=True))
