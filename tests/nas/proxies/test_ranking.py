"""Candidates of a space are ranked by their untrained networks."""

import torch

from automl_flow.nas.proxies.measure import rank_by_proxies
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.cell import CellOptions, CellSpace

SHAPE = DataShape(kind="image", channels=1, height=8, width=8, outputs=3)
EDGES = ("edge_0_1", "edge_0_2", "edge_1_2", "edge_0_3", "edge_1_3", "edge_2_3")


def make_batch():
    return torch.randn(8, 1, 8, 8, generator=torch.Generator().manual_seed(0)), torch.arange(8) % 3


def make_candidates(space):
    cells = ("none", "skip_connect", "nor_conv_3x3")
    return [space.architecture(dict.fromkeys(EDGES, operation), SHAPE) for operation in cells]


def test_convolutions_come_before_skips_and_nothing_last():
    space = CellSpace(CellOptions(channels=4))
    order, scores = rank_by_proxies(space, SHAPE, make_candidates(space), make_batch())
    assert order == [2, 1, 0]
    assert set(scores) == {"flops", "jacobian_covariance", "naswot", "parameters", "synflow"}


def test_the_order_does_not_change_the_scores():
    space = CellSpace(CellOptions(channels=4))
    candidates = make_candidates(space)
    _, scores = rank_by_proxies(space, SHAPE, candidates, make_batch(), names=["synflow"])
    _, turned = rank_by_proxies(space, SHAPE, candidates[::-1], make_batch(), names=["synflow"])
    assert scores["synflow"] == turned["synflow"][::-1]
