"""Zero-cost proxies measure without a trace, repeatably, and prefer a network to a wall."""

import copy

import numpy as np
import pytest
import torch
from torch import nn

from automl_flow.nas.proxies import PROXIES
from automl_flow.nas.proxies.measure import correlations, rank_vote, score_network

every_proxy = pytest.mark.parametrize("name", PROXIES.names())


def make_network(width=8, *, seed=0, dead=False):
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network = nn.Sequential(
            nn.Conv2d(1, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.Dropout(0.5),
            nn.Conv2d(width, width, 3, padding=1, bias=False),
            nn.BatchNorm2d(width),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(width, 3),
        )
    if dead:
        nn.init.zeros_(network[4].weight)
    return network


def make_batch():
    generator = torch.Generator().manual_seed(1)
    return torch.randn(12, 1, 6, 6, generator=generator), torch.arange(12) % 3


@every_proxy
def test_leaves_the_network_as_it_was(name):
    network = make_network().train()
    network[3].eval()
    network[0].weight.requires_grad = False
    network(make_batch()[0]).sum().backward()
    before, gradients = copy.deepcopy(network), [p.grad for p in network.parameters()]
    copies = [None if gradient is None else gradient.clone() for gradient in gradients]
    PROXIES.get(name).measure(network, *make_batch())
    for old, new in zip(before.state_dict().values(), network.state_dict().values(), strict=True):
        assert torch.equal(old, new)
        assert old.dtype == new.dtype
    for old, new in zip(copies, (p.grad for p in network.parameters()), strict=True):
        assert new is None if old is None else torch.equal(old, new)
    assert [p.requires_grad for p in before.parameters()] == [p.requires_grad for p in network.parameters()]
    assert [m.training for m in before.modules()] == [m.training for m in network.modules()]


@every_proxy
def test_leaves_the_random_numbers_as_they_were(name):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    PROXIES.get(name).measure(make_network(), *make_batch())
    assert torch.equal(torch.rand(3), expected)


@every_proxy
def test_measures_the_same_twice(name):
    measure = PROXIES.get(name).measure
    assert measure(make_network(), *make_batch()) == measure(make_network(), *make_batch())


@every_proxy
def test_takes_values_as_targets(name):
    network = nn.Sequential(make_network(), nn.Linear(3, 1))
    x, y = make_batch()
    assert np.isfinite(PROXIES.get(name).measure(network, x, y.float()))


@pytest.mark.parametrize("name", ["flops", "grad_norm", "naswot", "parameters", "snip", "synflow"])
def test_a_wider_network_promises_more(name):
    measure = PROXIES.get(name).measure
    assert measure(make_network(32), *make_batch()) > measure(make_network(4), *make_batch())


def test_a_network_that_ignores_its_input_comes_last():
    network = make_network(dead=True)
    proxies = {name: PROXIES.get(name) for name in ("jacobian_covariance", "synflow")}
    scores = score_network(network, *make_batch(), proxies)
    assert scores == {"jacobian_covariance": -np.inf, "synflow": -np.inf}


def test_parameters_are_counted():
    assert PROXIES.get("parameters").measure(nn.Linear(3, 2), torch.ones(1, 3), torch.zeros(1)) == 8


def test_flops_are_those_of_one_sample():
    assert PROXIES.get("flops").measure(nn.Linear(3, 2), torch.ones(5, 3), torch.zeros(5)) == 2 * 3 * 2


def test_the_vote_adds_ranks_not_numbers():
    votes = rank_vote({"a": [1.0, 2.0, 3.0], "b": [10.0, -np.inf, 1e9]})
    assert votes.tolist() == [0.25, 0.25, 1.0]


def test_correlations_of_a_perfect_and_a_reversed_order():
    found = correlations({"up": [1, 2, 3, 4], "down": [4, 3, 2, 1]}, [0.1, 0.2, np.nan, 0.4])
    assert found["up"] == {"spearman": 1.0, "kendall": 1.0, "n": 3}
    assert found["down"]["kendall"] == -1.0
    assert "vote" not in found  # all alike


def test_no_correlation_of_two_networks():
    assert correlations({"a": [1.0, 2.0]}, [0.5, 0.6]) == {}
