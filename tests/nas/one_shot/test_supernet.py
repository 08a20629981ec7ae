"""The supernet: a mixture is what its weights say, and every architecture of the space is a path in it."""

from __future__ import annotations

import pytest
import torch

from automl_flow.core.errors import ConfigError
from automl_flow.nas.one_shot.supernet import MixedOperation, Mixture, Supernet
from automl_flow.nas.operations.base import OpSite
from automl_flow.nas.shape import DataShape, Kind
from automl_flow.nas.spaces import make_space
from automl_flow.nas.training.loop import seeded

OPTIONS = ("none", "skip_connect", "nor_conv_3x3")
SITE = OpSite(kind="image", channels_in=8, channels_out=8, affine=False)
IMAGE = DataShape(kind="image", channels=1, height=8, width=8, outputs=3)
SEQUENCE = DataShape(kind="sequence", channels=2, steps=9, outputs=3)
TABLE = DataShape(kind="table", features=5, outputs=3)
X = torch.randn(4, 8, 6, 6, generator=torch.Generator().manual_seed(0))


def mixed(partial: int = 1) -> MixedOperation:
    operation = seeded(lambda: MixedOperation("op", SITE, OPTIONS, Mixture(), partial), 0)
    assert isinstance(operation, MixedOperation)
    return operation


@pytest.mark.parametrize("chosen", range(len(OPTIONS)))
def test_a_mixture_with_all_weight_on_one_operation_is_that_operation(chosen: int) -> None:
    operation = mixed()
    operation.mixture.weights = {"op": torch.eye(len(OPTIONS))[chosen]}
    assert torch.equal(operation(X), operation.operations[chosen](X) * 1.0)


def test_a_path_leaves_the_other_operations_without_gradient() -> None:
    operation = mixed()
    operation.mixture.paths = {"op": 1}
    operation(X.clone().requires_grad_()).sum().backward()
    assert all(parameter.grad is None for parameter in operation.operations[2].parameters())


def test_the_weight_of_a_path_gets_a_gradient() -> None:
    operation = mixed()
    weights = torch.tensor([0.0, 1.0, 0.0], requires_grad=True)
    operation.mixture.weights, operation.mixture.paths = {"op": weights}, {"op": 1}
    operation(X).sum().backward()
    assert weights.grad is not None
    assert torch.allclose(weights.grad, torch.tensor([0.0, float(X.sum()), 0.0]))


def test_a_mixture_without_weights_and_path_is_refused() -> None:
    with pytest.raises(KeyError, match="choice 'op'"):
        mixed()(X)


@pytest.mark.parametrize(
    ("kind", "x", "options"),
    [
        ("image", torch.randn(4, 8, 6, 6), ("nor_conv_3x3", "skip_connect")),
        ("sequence", torch.randn(4, 8, 5), ("conv_3", "bi_gru")),
        ("table", torch.randn(4, 8), ("dense", "dense_gated")),
    ],
)
def test_partial_channels_keep_the_shape(kind: Kind, x: torch.Tensor, options: tuple[str, ...]) -> None:
    site = OpSite(kind=kind, channels_in=8, channels_out=8, affine=False)
    operation = MixedOperation("op", site, options, Mixture({"op": torch.tensor([0.5, 0.5])}), partial=4)
    assert operation.partial == 4
    assert operation(x).shape == x.shape


def test_partial_channels_only_move_what_is_not_mixed() -> None:
    operation = mixed(partial=2)
    operation.mixture.paths = {"op": OPTIONS.index("skip_connect")}
    y = operation(X)
    assert torch.equal(y[:, 0::2], X[:, :4])  # shuffled: mixed channels and others take turns
    assert torch.equal(y[:, 1::2], X[:, 4:])


def test_a_place_that_changes_the_shape_is_mixed_in_all_channels() -> None:
    site = OpSite(kind="image", channels_in=4, channels_out=8, stride=2)
    operation = MixedOperation("op", site, ("nor_conv_3x3",), Mixture({}, {"op": 0}), partial=2)
    assert operation.partial == 1
    assert operation(torch.randn(2, 4, 6, 6)).shape == (2, 8, 3, 3)


@pytest.mark.parametrize(
    ("space", "shape"),
    [("cell", IMAGE), ("cell", SEQUENCE), ("macro", IMAGE), ("recurrent", SEQUENCE), ("tabular", TABLE)],
)
def test_every_space_becomes_a_supernet_whose_paths_are_its_architectures(space: str, shape: DataShape) -> None:
    made = make_space(space)
    supernet = Supernet(made, shape, partial=2)
    paths = {name: len(options) - 1 for name, options in supernet.options.items()}
    assert supernet.predict(torch.randn(6, *shape.sample), paths).shape == (6, 3)
    architecture = made.architecture(supernet.params(paths), shape)
    assert {name: architecture.params[name] for name in paths} == {n: supernet.options[n][i] for n, i in paths.items()}


def test_cells_of_a_stack_share_their_alphas() -> None:
    supernet = Supernet(make_space("cell", {"cells": 2, "stages": 1}), IMAGE)
    assert set(supernet.alphas) == set(make_space("cell").choices(IMAGE))


def test_predictions_do_not_depend_on_the_statistics_collected_before() -> None:
    supernet = seeded(lambda: Supernet(make_space("cell", {"stages": 1}), IMAGE), 0)
    assert isinstance(supernet, Supernet)
    x, paths = torch.randn(8, *IMAGE.sample), dict.fromkeys(supernet.options, 3)
    before = supernet.predict(x, paths)
    supernet.train()
    supernet.network(100.0 + torch.randn(8, *IMAGE.sample))
    assert torch.equal(supernet.predict(x, paths), before)


def test_a_space_with_nothing_to_choose_is_refused_by_naming_those_that_can_be_relaxed() -> None:
    with pytest.raises(ConfigError, match=r"space 'macro' has no choice .*: cell, macro\)"):
        Supernet(make_space("macro", {"operations": ["nor_conv_3x3"]}), IMAGE)


def test_without_preference_normalised_edges_are_the_plain_sum() -> None:
    space = make_space("cell", {"channels": 8, "stages": 1})
    plain = seeded(lambda: Supernet(space, IMAGE), 0)
    normalised = seeded(lambda: Supernet(space, IMAGE, normalised=True), 0)
    x = torch.randn(4, *IMAGE.sample)
    for net in (plain, normalised):
        net.eval().set_mixture({}, dict.fromkeys(net.options, 3))  # type: ignore[operator, arg-type]
    assert torch.allclose(plain(x), normalised(x), atol=1e-6)


def test_the_weights_of_edges_are_learned_with_the_alphas() -> None:
    net = Supernet(make_space("cell", {"channels": 8, "stages": 1}), IMAGE, partial=2, normalised=True)
    net.set_mixture({name: alpha.softmax(0) for name, alpha in net.alphas.items()})
    net(torch.randn(4, *IMAGE.sample)).pow(2).sum().backward()
    assert {name: len(beta) for name, beta in net.betas.items()} == {"edge_0_2": 2, "edge_0_3": 3}
    assert all(beta.grad is not None and beta.grad.abs().max() > 0 for beta in net.betas.values())


def test_an_edge_counts_as_much_as_its_beta_says() -> None:
    net = Supernet(make_space("cell", {"channels": 8, "stages": 1}), IMAGE, normalised=True)
    with torch.no_grad():
        net.betas["edge_0_3"].copy_(torch.tensor([50.0, 0.0, 0.0]))
    scales = {name: round(float(scale.detach()), 3) for name, scale in net.scales().items()}
    assert scales == {"edge_0_2": 1.0, "edge_1_2": 1.0, "edge_0_3": 3.0, "edge_1_3": 0.0, "edge_2_3": 0.0}
