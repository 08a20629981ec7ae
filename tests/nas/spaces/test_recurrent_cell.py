"""Cells of a recurrent layer."""

from __future__ import annotations

import pytest
import torch

from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.network.module import assemble
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.tasks.problem_types import problem_type

SHAPE = DataShape(kind="sequence", channels=2, steps=6, outputs=3)
SPACE = make_space("recurrent_cell", {"nodes": 3, "widths": [8]})


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(0)  # with other weights a unit may be dead, and then nothing reaches it


def changed(**params: object) -> dict[str, object]:
    return {**SPACE.reference_params(SHAPE), **params}


def test_nodes_in_another_order_are_the_same_cell() -> None:
    first = SPACE.architecture(changed(from_2=0, op_2="highway_relu", from_3=1), SHAPE)  # type: ignore[arg-type]
    second = SPACE.architecture(changed(from_2=1, from_3=0, op_3="highway_relu"), SHAPE)  # type: ignore[arg-type]
    other = SPACE.architecture(changed(from_2=1, op_3="highway_relu", from_3=1), SHAPE)  # type: ignore[arg-type]
    assert first.key == second.key != other.key


def test_a_state_depends_on_the_steps_before_and_on_none_behind() -> None:
    network = SPACE.build(SPACE.reference(SHAPE), SHAPE).eval()
    x = torch.randn(1, 8, 6, requires_grad=True)
    network.cells[0](x)[0, :, 3].sum().backward()  # type: ignore[operator, index]
    reached = x.grad.abs().sum(1)[0] > 0  # type: ignore[union-attr]
    assert reached.tolist() == [True, True, True, True, False, False]


def test_the_second_direction_has_seen_the_whole_sequence_at_its_end() -> None:
    architecture = SPACE.architecture(changed(directions=2, pooling="last"), SHAPE)  # type: ignore[arg-type]
    network = SPACE.build(architecture, SHAPE).eval()
    for parameter in network.cells[0].parameters():  # type: ignore[union-attr]
        parameter.data.zero_()  # the first direction says nothing
    x = torch.randn(1, 2, 6, requires_grad=True)
    network(x)[0, 0].backward()
    assert bool((x.grad.abs().sum(1) > 0).all())  # type: ignore[union-attr]


def test_the_unrolled_network_is_exported(tmp_path) -> None:  # type: ignore[no-untyped-def]
    architecture = SPACE.reference(SHAPE)
    module = assemble([SPACE.build(architecture, SHAPE)], SHAPE, problem_type("multiclass"))
    model = NetworkModel(architecture, SPACE.options.model_dump(mode="json"), SHAPE, ("a", "b", "c"), module)
    assert model.export_onnx(tmp_path / "net.onnx") < 1e-4
