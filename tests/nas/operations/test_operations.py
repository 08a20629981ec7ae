"""The contract of operations, checked for each file in the package."""

from __future__ import annotations

import pytest
import torch

from automl_flow.core.errors import ConfigError
from automl_flow.nas.operations import OPERATIONS, chosen_ops, usable
from automl_flow.nas.operations.base import OpSite
from automl_flow.nas.shape import Kind

CASES = [(name, kind) for name, entry in OPERATIONS.available().items() for kind in entry.kinds]
SIZES: dict[Kind, tuple[int, ...]] = {"image": (7, 6), "sequence": (9,), "table": ()}


def run(
    name: str, kind: Kind, *, stride: int = 1, channels: tuple[int, int] = (8, 8)
) -> tuple[torch.Tensor, torch.Tensor]:
    torch.manual_seed(0)
    site = OpSite(kind=kind, channels_in=channels[0], channels_out=channels[1], stride=stride)
    x = torch.randn(4, channels[0], *SIZES[kind], requires_grad=True)
    return x, OPERATIONS.get(name).build(site)(x)


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_an_operation_keeps_the_shape_where_the_place_does(name: str, kind: Kind) -> None:
    x, y = run(name, kind)
    assert y.shape == x.shape


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_an_operation_changes_channels_as_the_place_says(name: str, kind: Kind) -> None:
    _, y = run(name, kind, channels=(8, 12))
    assert y.shape == (4, 12, *SIZES[kind])


@pytest.mark.parametrize(("name", "kind"), [case for case in CASES if case[1] != "table"])
def test_an_operation_steps_as_the_place_says(name: str, kind: Kind) -> None:
    _, y = run(name, kind, stride=2)
    assert y.shape[2:] == tuple(-(-size // 2) for size in SIZES[kind])


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_gradients_reach_the_input(name: str, kind: Kind) -> None:
    x, y = run(name, kind)
    (y**2).sum().backward()
    assert x.grad is not None
    assert bool((x.grad != 0).any()) == (name != "none")


@pytest.mark.parametrize(("name", "kind"), CASES)
def test_free_operations_have_no_parameters(name: str, kind: Kind) -> None:
    module = OPERATIONS.get(name).build(OpSite(kind=kind, channels_in=8, channels_out=8))
    assert OPERATIONS.get(name).parameter_free == (not list(module.parameters()))


@pytest.mark.parametrize("name", [name for name, kind in CASES if kind == "image"])
def test_a_supernets_norms_have_no_scale(name: str) -> None:
    module = OPERATIONS.get(name).build(OpSite(kind="image", channels_in=8, channels_out=8, affine=False))
    norms = [m for m in module.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert all(not norm.affine for norm in norms)


def test_the_named_operation_is_built() -> None:
    module = chosen_ops({"edge": "skip_connect"})("edge", OpSite(kind="image", channels_in=2, channels_out=2))
    assert isinstance(module, torch.nn.Identity)


def test_an_operation_for_other_data_is_refused_with_those_that_fit() -> None:
    with pytest.raises(
        ConfigError, match=r"space_options.operations: gru cannot work on image data; valid: .*nor_conv"
    ):
        usable(["nor_conv_3x3", "gru"], "image", "space_options.operations")


def test_an_unknown_operation_is_refused_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="did you mean 'nor_conv_3x3'"):
        usable(["nor_conv_3x"], "image", "space_options.operations")
