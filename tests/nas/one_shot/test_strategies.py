"""The contract of one-shot strategies."""

from __future__ import annotations

import dataclasses
import json

import numpy as np
import pytest
import torch

from automl_flow.core.errors import ConfigError
from automl_flow.nas.one_shot import STRATEGIES
from automl_flow.nas.one_shot.data import split_samples
from automl_flow.nas.one_shot.relaxation import AlphaUpdate
from automl_flow.nas.one_shot.result import DerivedArchitecture, OneShotResult
from automl_flow.nas.one_shot.search import search_one_shot
from automl_flow.nas.one_shot.supernet import MixedOperation, Supernet
from automl_flow.nas.operations.base import OpSite
from automl_flow.nas.spaces import make_space
from tests.nas.one_shot.problems import IMAGE, QUICK, SPACES, TABLE, training_data

ALL = STRATEGIES.names()


def test_the_strategies_are_those_of_the_files() -> None:
    assert ALL == ["darts", "drnas", "enas", "gdas"]


@pytest.mark.parametrize("strategy", ALL)
@pytest.mark.parametrize("name", sorted(SPACES))
def test_candidates_are_different_architectures_of_the_space(strategy: str, name: str) -> None:
    space, shape = SPACES[name]
    result = search_one_shot(strategy, space, shape, training_data(shape), QUICK, seed=1)
    keys = [space.architecture(candidate.params, shape).key for candidate in result.candidates]
    assert 1 <= len(keys) <= 3
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("strategy", ALL)
def test_what_is_not_relaxed_stays_as_in_the_reference(strategy: str) -> None:
    space, shape = SPACES["tabular"]
    result = search_one_shot(strategy, space, shape, training_data(shape), QUICK, seed=1)
    outline = {n: v for n, v in space.reference_params(shape).items() if n not in space.choices(shape)}
    assert all(outline.items() <= dict(candidate.params).items() for candidate in result.candidates)


@pytest.mark.parametrize("strategy", ALL)
def test_the_same_seed_gives_the_same_result(strategy: str) -> None:
    space, shape = SPACES["cell"]
    first, second = (search_one_shot(strategy, space, shape, training_data(shape), QUICK, seed=3) for _ in range(2))
    assert first == second


@pytest.mark.parametrize("strategy", ALL)
def test_a_result_is_the_same_whoever_watches(strategy: str) -> None:
    space, shape = SPACES["cell"]
    shown: list[tuple[int, DerivedArchitecture]] = []
    watched = search_one_shot(
        strategy, space, shape, training_data(shape), QUICK, seed=3, watch=lambda *told: shown.append(told)
    )
    assert [epoch for epoch, _ in shown] == [1, 2]
    assert watched == search_one_shot(strategy, space, shape, training_data(shape), QUICK, seed=3)


@pytest.mark.parametrize("strategy", ALL)
def test_alphas_stand_still_while_the_weights_warm_up(strategy: str) -> None:
    space, shape = SPACES["cell"]
    result = search_one_shot(strategy, space, shape, training_data(shape), {**QUICK, "max_parameter_free": 1.0}, seed=1)
    assert [round(entry["entropy"], 6) == 1.0 for entry in result.history] == [True, False]
    assert ["alpha_loss" in entry for entry in result.history] == [False, True]


@pytest.mark.parametrize("strategy", ALL)
def test_alphas_move_towards_a_better_operation(strategy: str) -> None:
    """What goes in is to come out twice as large: of nothing and the identity, the identity is nearer."""
    torch.manual_seed(0)
    operations = ("none", "skip_connect")
    net = Supernet(make_space("cell", {"nodes": 2, "operations": operations}), IMAGE)
    net.network = MixedOperation(
        "edge_0_1", OpSite(kind="table", channels_in=3, channels_out=3), operations, net.mixture
    )
    x = torch.randn(16, 3)

    def loss() -> torch.Tensor:
        return ((net(x) - 2.0 * x) ** 2).mean()

    entry = STRATEGIES.get(strategy)
    relaxation, optimizer = entry.relax(entry.Options()), torch.optim.Adam(net.alphas.parameters(), 0.1)
    for i in range(40):
        relaxation.learn(AlphaUpdate(net, loss, loss, rate=0.1, progress=i / 40))
        optimizer.step()
    assert relaxation.probabilities(net.alphas["edge_0_1"].detach())[1] > 0.8


@pytest.mark.parametrize("strategy", ALL)
def test_edges_can_be_normalised(strategy: str) -> None:
    space, shape = SPACES["cell"]
    options = {**QUICK, "partial_channels": 2, "edge_normalisation": True}
    result = search_one_shot(strategy, space, shape, training_data(shape), options, seed=1)
    assert result.edges.keys() == {"edge_0_2", "edge_1_2"}
    assert sum(result.edges.values()) == pytest.approx(2.0)


@pytest.mark.parametrize("strategy", ALL)
def test_values_can_be_predicted_too(strategy: str) -> None:
    space, shape = SPACES["tabular"]
    shape = dataclasses.replace(shape, outputs=1)
    result = search_one_shot(strategy, space, shape, training_data(shape, classes=False), QUICK, seed=1)
    losses = [candidate.loss for candidate in result.candidates]
    assert losses == sorted(losses)
    assert all(candidate.accuracy is None for candidate in result.candidates)


def test_a_result_survives_its_way_through_json() -> None:
    space, shape = SPACES["cell"]
    result = search_one_shot("gdas", space, shape, training_data(shape), QUICK, seed=1)
    document = result.to_document()
    assert json.loads(json.dumps(document)) == document
    assert OneShotResult.from_document(document) == result


def test_global_randomness_is_neither_read_nor_moved() -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    space, shape = SPACES["tabular"]
    search_one_shot("gdas", space, shape, training_data(shape), QUICK, seed=1)
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_search_that_stops_early_is_the_beginning_of_a_longer_one() -> None:
    space, shape = SPACES["tabular"]
    whole = search_one_shot("gdas", space, shape, training_data(shape), {**QUICK, "epochs": 3}, seed=1)
    part = search_one_shot("gdas", space, shape, training_data(shape), {**QUICK, "epochs": 3, "stop": 2}, seed=1)
    assert part.history == whole.history[:2]
    assert (whole.cut, part.cut) == (False, True)


def test_a_search_without_time_does_one_epoch() -> None:
    space, shape = SPACES["tabular"]
    result = search_one_shot("gdas", space, shape, training_data(shape), QUICK, seed=1, seconds=0.0)
    assert (result.epochs, result.cut) == (1, True)


def test_the_splits_are_disjoint_and_stratified() -> None:
    x = np.arange(40, dtype=np.float32)[:, None].repeat(4, 1)
    data = dataclasses.replace(training_data(TABLE, 40), x=x)
    fit, other = split_samples(data, TABLE, 1000, seed=0)
    assert not set(fit.x[:, 0].tolist()) & set(other.x[:, 0].tolist())
    assert len(fit.x) + len(other.x) == 40
    assert fit.y.bincount().tolist() == other.y.bincount().tolist() == [10, 10]


def test_many_samples_are_thinned_out() -> None:
    fit, other = split_samples(training_data(TABLE, 200), TABLE, 50, seed=0)
    assert len(fit.x) + len(other.x) == 50


def test_what_is_shown_is_computed_on_samples_from_all_over() -> None:
    half, _ = split_samples(training_data(TABLE, 41), TABLE, 100, seed=1)
    few = half.thinned(10)
    assert len(few.x) == len(few.y) == 7
    assert torch.equal(few.x[-1], half.x[18])


def test_an_unknown_option_is_named_with_the_nearest_one() -> None:
    space, shape = SPACES["cell"]
    with pytest.raises(ConfigError, match=r"unknown key 'epoch'; did you mean 'epochs'"):
        search_one_shot("gdas", space, shape, training_data(shape), {"epoch": 3}, seed=1)
