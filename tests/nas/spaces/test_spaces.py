"""The contract of search spaces, checked for each file in the package."""

from __future__ import annotations

import optuna
import pytest
import torch

from automl_flow.core.errors import ConfigError
from automl_flow.nas.network.cost import cost_of
from automl_flow.nas.operations import OPERATIONS
from automl_flow.nas.operations.base import OpSite
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import SPACES, make_space, space_for
from automl_flow.nas.spaces.base import Architecture, Space

SHAPES = {
    "small grey images": DataShape(kind="image", channels=1, height=8, width=8, outputs=3),
    "tiny images": DataShape(kind="image", channels=1, height=2, width=1, outputs=2),
    "colour images": DataShape(kind="image", channels=3, height=30, width=25, outputs=4),
    "sequences": DataShape(kind="sequence", channels=5, steps=20, outputs=3),
    "one step": DataShape(kind="sequence", channels=1, steps=1, outputs=2),
    "long sequences": DataShape(kind="sequence", channels=2, steps=600, outputs=2),
    "a table": DataShape(kind="table", features=6, outputs=1),
}
CASES = [
    (name, what)
    for name, cls in SPACES.available().items()
    for what, shape in SHAPES.items()
    if shape.kind in cls.kinds
]


def draw(space: Space, shape: DataShape, count: int, seed: int = 0) -> list[Architecture]:
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=seed))
    return [space.suggest(study.ask(), shape) for _ in range(count)]


@pytest.mark.parametrize(("name", "what"), CASES)
def test_random_and_reference_networks_learn_a_step(name: str, what: str) -> None:
    space, shape = make_space(name), SHAPES[what]
    for architecture in [space.reference(shape), *draw(space, shape, 3), *space.portfolio(shape)]:
        network = space.build(architecture, shape)
        output = network(torch.randn(3, *shape.sample))
        assert output.shape == (3, shape.outputs)
        output.sum().backward()
        assert all(p.grad is not None and torch.isfinite(p.grad).all() for p in network.parameters())


@pytest.mark.parametrize(("name", "what"), CASES)
def test_simplifying_twice_changes_nothing_more(name: str, what: str) -> None:
    space, shape = make_space(name), SHAPES[what]
    for architecture in draw(space, shape, 10):
        full = {**architecture.params, **architecture.live}
        assert space.architecture(full, shape).key == architecture.key


@pytest.mark.parametrize(("name", "what"), CASES)
def test_choices_are_categorical_parameters_over_operations(name: str, what: str) -> None:
    space, shape = make_space(name), SHAPES[what]
    parameters = space.parameters(shape)
    for choice, operations in space.choices(shape).items():
        assert parameters[choice].choices == operations  # type: ignore[attr-defined]
        assert all(shape.kind in OPERATIONS.get(operation).kinds for operation in operations)


@pytest.mark.parametrize(("name", "what"), CASES)
def test_a_supernet_is_asked_for_places_of_its_choices_only(name: str, what: str) -> None:
    space, shape = make_space(name), SHAPES[what]
    asked: set[str] = set()

    def op_factory(choice: str, site: OpSite) -> torch.nn.Module:
        asked.add(choice)
        return OPERATIONS.get(space.choices(shape)[choice][-1]).build(site)

    network = space.build(space.reference(shape), shape, op_factory)
    assert network(torch.randn(2, *shape.sample)).shape == (2, shape.outputs)
    assert asked <= set(space.choices(shape))


@pytest.mark.parametrize(("name", "what"), CASES)
def test_costs_are_counted_without_building(name: str, what: str) -> None:
    space, shape = make_space(name), SHAPES[what]
    architecture = space.reference(shape)
    parameters = sum(p.numel() for p in space.build(architecture, shape).parameters())
    assert cost_of(space, architecture, shape).parameters == parameters


@pytest.mark.parametrize("name", SPACES.names())
def test_a_space_lists_every_setting(name: str) -> None:
    space = make_space(name)
    shape = next(shape for shape in SHAPES.values() if shape.kind in space.kinds)
    assert space.size(shape) > 1000
    assert space.architecture(space.reference(shape).params, shape) == space.reference(shape)


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(ConfigError, match="needs parameter 'edge_0_2'"):
        make_space("cell").architecture({"edge_0_1": "none"}, SHAPES["small grey images"])


def test_a_wrong_value_is_answered_with_the_nearest() -> None:
    space, shape = make_space("cell"), SHAPES["small grey images"]
    params = {**space.reference(shape).params, "edge_0_1": "nor_conv_3x"}
    with pytest.raises(ConfigError, match="parameter 'edge_0_1': got 'nor_conv_3x'; did you mean 'nor_conv_3x3'"):
        space.architecture(params, shape)


def test_an_unknown_option_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="unknown key 'channel'; did you mean 'channels'"):
        make_space("cell", {"channel": 8})


def test_a_space_for_other_data_is_refused() -> None:
    with pytest.raises(
        ConfigError, match=r"space 'recurrent' is for sequence data, these are image data; valid: cell, macro"
    ):
        space_for(SHAPES["tiny images"], "recurrent")


def test_the_user_restricts_a_space() -> None:
    space = make_space("macro", {"operations": ["sep_conv_3x3"], "widths": [8], "stages": [2]})
    parameters = space.parameters(SHAPES["small grey images"])
    assert parameters["op_0"].choices == ("sep_conv_3x3",)  # type: ignore[attr-defined]
    assert space.reference(SHAPES["small grey images"]).params["width"] == 8
