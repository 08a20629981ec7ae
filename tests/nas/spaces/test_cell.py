"""The cell space: NAS-Bench-201's names, and which cells are the same network."""

from __future__ import annotations

import itertools

import pytest
import torch

from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.nas.training.loop import seeded

SHAPE = DataShape(kind="image", channels=1, height=8, width=8, outputs=3)
SPACE = make_space("cell")
DEAD = dict.fromkeys(SPACE.choices(SHAPE), "none")


def key(**edges: str) -> str:
    return SPACE.architecture({**DEAD, **edges}, SHAPE).key


def test_the_default_space_is_that_of_nas_bench_201() -> None:
    operations = ("none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3")
    names = ["edge_0_1", "edge_0_2", "edge_1_2", "edge_0_3", "edge_1_3", "edge_2_3"]
    assert SPACE.choices(SHAPE) == dict.fromkeys(names, operations)
    assert SPACE.size(SHAPE) == 15_625


def test_the_same_path_through_another_node_is_the_same_cell() -> None:
    assert key(edge_0_1="nor_conv_3x3", edge_1_3="avg_pool_3x3") == key(
        edge_0_2="nor_conv_3x3", edge_2_3="avg_pool_3x3"
    )


def test_a_skip_is_spliced_into_the_path() -> None:
    assert key(edge_0_1="skip_connect", edge_1_3="nor_conv_1x1") == key(edge_0_3="nor_conv_1x1")


def test_what_does_not_reach_the_output_is_dead() -> None:
    assert key(edge_0_3="nor_conv_1x1", edge_0_1="nor_conv_3x3") == key(edge_0_3="nor_conv_1x1")


def test_what_nothing_reaches_is_dead() -> None:
    assert key(edge_0_3="nor_conv_1x1", edge_2_3="nor_conv_3x3") == key(edge_0_3="nor_conv_1x1")


def test_two_parallel_edges_are_not_one() -> None:
    twice = key(edge_0_1="skip_connect", edge_1_3="nor_conv_1x1", edge_0_3="nor_conv_1x1")
    assert twice != key(edge_0_3="nor_conv_1x1")


def test_a_cell_through_which_nothing_flows_is_zero() -> None:
    assert key(edge_0_1="nor_conv_3x3") == "0"


def test_fewer_distinct_cells_than_settings() -> None:
    names = SPACE.choices(SHAPE)
    keys = {
        SPACE.architecture(dict(zip(names, ops, strict=True)), SHAPE).key for ops in itertools.product(*names.values())
    }
    assert len(keys) == 4930  # the 6466 of the NAS-Bench-201 paper count convolutions of zero as something


@pytest.mark.parametrize("seed", range(3))
def test_isomorphic_cells_compute_the_same(seed: int) -> None:
    """Without randomness in the order of the weights: pooling only."""
    first = SPACE.architecture({**DEAD, "edge_0_1": "avg_pool_3x3", "edge_1_3": "skip_connect"}, SHAPE)
    second = SPACE.architecture({**DEAD, "edge_0_2": "avg_pool_3x3", "edge_2_3": "skip_connect"}, SHAPE)
    x = torch.randn(2, 1, 8, 8)
    networks = [seeded(lambda a=a: SPACE.build(a, SHAPE), seed).eval() for a in (first, second)]
    assert torch.equal(networks[0](x), networks[1](x))


def test_dead_operations_are_not_built() -> None:
    alive = SPACE.build(SPACE.architecture({**DEAD, "edge_0_3": "skip_connect"}, SHAPE), SHAPE)
    dead = SPACE.build(
        SPACE.architecture({**DEAD, "edge_0_3": "skip_connect", "edge_0_1": "nor_conv_3x3"}, SHAPE), SHAPE
    )
    assert len(list(alive.parameters())) == len(list(dead.parameters()))


def test_more_nodes_and_other_operations_make_a_larger_space() -> None:
    larger = make_space("cell", {"nodes": 5, "operations": ["none", "skip_connect", "sep_conv_3x3", "dil_conv_3x3"]})
    assert larger.size(SHAPE) == 4**10
