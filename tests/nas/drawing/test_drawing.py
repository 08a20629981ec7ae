"""The drawing is the architecture: it is compared with what torch's autograd has seen when the network ran."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
import torch
from torch import nn

from automl_flow.nas.drawing.blocks import IN, OUT, Block, Panel, panels
from automl_flow.nas.drawing.dataflow import SAMPLE, Record, record
from automl_flow.nas.drawing.drawing import picture
from automl_flow.nas.drawing.layout import place
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.network.module import assemble
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.nas.spaces.recurrent_cell import RecurrentCell
from automl_flow.tasks.problem_types import problem_type

SVG = "{http://www.w3.org/2000/svg}"
CASES: dict[str, tuple[DataShape, dict[str, Any]]] = {
    "cell": (DataShape(kind="image", channels=2, height=8, width=8, outputs=3), {"channels": 4, "cells": 2}),
    "cell of blocks": (
        DataShape(kind="image", channels=2, height=8, width=8, outputs=3),
        {"channels": 8, "operations": ["res_conv_3x3", "inv_conv_3x3", "skip_connect", "none", "sep_conv_3x3"]},
    ),
    "cell of steps": (DataShape(kind="sequence", channels=2, steps=9, outputs=3), {"channels": 4, "nodes": 5}),
    "macro": (DataShape(kind="image", channels=3, height=12, width=9, outputs=2), {"widths": [8], "heads": [0, 8]}),
    "recurrent": (DataShape(kind="sequence", channels=3, steps=7, outputs=2), {"widths": [16]}),
    "recurrent_cell": (DataShape(kind="sequence", channels=3, steps=3, outputs=2), {"widths": [8]}),
    "tabular": (DataShape(kind="table", features=5, outputs=1), {"widths": [8]}),
}
SEEDS = range(3)


def draw_one(case: str, seed: int) -> tuple[Space, DataShape, Architecture]:
    """A random architecture of a space."""
    shape, options = CASES[case]
    space = make_space(case.split(maxsplit=1)[0], options)
    rng = np.random.default_rng(seed)
    params = {name: d.choices[rng.integers(len(d.choices))] for name, d in space.parameters(shape).items()}
    return space, shape, space.architecture(params, shape)


def model_of(case: str, seed: int, members: int = 2) -> NetworkModel:
    space, shape, architecture = draw_one(case, seed)
    networks = [space.build(architecture, shape) for _ in range(members)]
    classes = None if shape.outputs == 1 else tuple("abc"[: shape.outputs])
    module = assemble(networks, shape, problem_type("regression" if classes is None else "multiclass"))
    return NetworkModel(architecture, space.options.model_dump(mode="json"), shape, classes, module)


every = pytest.mark.parametrize(("case", "seed"), [(case, seed) for case in CASES for seed in SEEDS])


# What was executed, as autograd saw it: a witness that knows nothing of modules, hooks and drawings.

Links = set[tuple[str, str]]  # a module with parameters, and the next one that its result reaches


class Autograd:
    """Which module with parameters reads which, and how often values were added up."""

    def __init__(self, network: nn.Module, sample: tuple[int, ...]) -> None:
        self.owner = {id(p): name.rpartition(".")[0] for name, p in network.named_parameters()}
        self.x = torch.zeros(1, *sample, requires_grad=True)
        output = network.eval()(self.x)
        self.links: Links = set()
        self.sums = 0
        self._data: dict[Any, frozenset[str]] = {}
        self._weight: dict[Any, frozenset[str]] = {}
        self._visit(output.grad_fn)
        self.links |= {(source, "output") for source in self._data[output.grad_fn]}
        self.links = {(a, b) for a, b in self.links if a != b}  # a GRU's steps read each other

    def _visit(self, node: Any) -> None:
        """Where a node's values come from: modules that its data passed last, and modules whose parameters it holds."""
        if node in self._data:
            return
        inputs = [part for part, _ in node.next_functions if part is not None]
        for part in inputs:
            self._visit(part)
        data = [self._data[part] for part in inputs if self._data[part]]
        weights = frozenset().union(*(self._weight[part] for part in inputs))
        if type(node).__name__ == "AccumulateGrad":
            learned = self.owner.get(id(node.variable))
            self._weight[node] = frozenset() if learned is None else frozenset([learned])
            self._data[node] = frozenset(["input"]) if node.variable is self.x else frozenset()
        elif data and weights:
            (name,) = weights
            self.links |= {(source, name) for source in frozenset().union(*data)}
            self._data[node], self._weight[node] = frozenset([name]), frozenset()
        else:
            self.sums += len(data) == 2 and type(node).__name__ == "AddBackward0"
            self._data[node], self._weight[node] = frozenset().union(*data), weights


def recorded_links(found: Record) -> Links:
    """The same of a record; the state of a step comes from the end of the recurrent module."""
    end = {call.path: call.number for call in found.calls}
    last: dict[int, frozenset[str]] = {SAMPLE: frozenset(["input"])}
    links: Links = set()
    for _ in range(2):  # the second time the states are known
        for call in found.calls[1:]:
            inputs = call.inputs or (end[call.path],)
            before = frozenset().union(*(last.get(number, frozenset()) for number in inputs))
            if call.parameters:
                links |= {(source, call.path) for source in before}
                before = frozenset([call.path])
            last[call.number] = before
    links |= {(source, "output") for source in last[found.result]}
    return {(a, b) for a, b in links if a != b}


@every
def test_what_is_recorded_is_what_autograd_saw(case: str, seed: int) -> None:
    space, shape, architecture = draw_one(case, seed)
    network = space.build(architecture, shape)
    witness, found = Autograd(network, shape.sample), record(network, shape.sample)
    assert recorded_links(found) == witness.links
    if not any(isinstance(module, (nn.RNNBase, RecurrentCell)) for module in network.modules()):
        sums = [call for call in found.calls if call.function == "add" and len(call.inputs) == 2]
        assert len(sums) == witness.sums


@pytest.mark.parametrize("seed", SEEDS)
def test_one_step_of_a_recurrent_cell_stands_for_all(seed: int) -> None:
    space, shape, architecture = draw_one("recurrent_cell", seed)
    network = space.build(architecture, shape)
    one, all_ = record(network, shape.sample), record(network, shape.sample, unrolled=True)
    assert recorded_links(one) == recorded_links(all_)
    cells = [sum(call.path.startswith("cells.") for call in found.calls) for found in (one, all_)]
    assert cells[1] > 2.5 * cells[0]  # three steps


@every
def test_parameters_are_counted_once_and_all(case: str, seed: int) -> None:
    model = model_of(case, seed)
    counted = sum(layer.parameters for layer in model.layers())
    assert counted == sum(p.numel() for p in model.network.parameters())
    assert counted == model.network_params == model.n_params // 2


def drawn_edges(panel: Panel) -> Counter[tuple[str, str]]:
    return Counter((name, block.name) for block in panel.blocks for name in block.inputs)


def executed_edges(panel: Panel, found: Record) -> Counter[tuple[str, str]]:
    """Arrows between the blocks of a panel by what their calls have read, seen through what passes its input on."""
    owner = {number: block.name for block in panel.blocks for number in block.calls}
    inner = set(owner)
    low, high = min(inner), max(inner)

    def origin(number: int) -> list[str]:
        if number in owner:
            return [owner[number]]
        call = found.calls[number]
        if low <= number <= high and (call.about in ("skip (identity)", "dropout 0")):
            return origin(call.inputs[0])
        return [IN]

    edges: Counter[tuple[str, str]] = Counter()
    for block in panel.blocks:
        read = [name for n in block.calls for m in found.calls[n].inputs for name in origin(m) if name != block.name]
        single = block.title not in ("+", "−", "×")
        edges.update((name, block.name) for name in (dict.fromkeys(read) if single else read))
    read_by = {number for call in found.calls for number in call.inputs if call.number not in inner} | {found.result}
    last = max(number for number in inner if number in read_by)
    edges[owner[last], OUT] += 1
    return edges


@every
def test_what_is_drawn_is_what_is_recorded(case: str, seed: int) -> None:
    space, shape, architecture = draw_one(case, seed)
    found = record(space.build(architecture, shape), shape.sample)
    whole, *insides = panels(found)
    for panel in (whole, *insides):
        assert drawn_edges(panel) == executed_edges(panel, found)
    shown = {number for block in whole.blocks for number in block.calls}
    useful = {number for number in range(1, len(found.calls)) if found.calls[number].parameters}
    assert useful <= shown
    assert {block.inside for panel in (whole, *insides) for block in panel.blocks} - {""} == {
        panel.letter for panel in insides
    }


@every
def test_every_block_and_arrow_is_in_the_picture(case: str, seed: int) -> None:
    model = model_of(case, seed)
    drawings = model.drawings()
    found = panels(record(model.network, model.shape.sample))
    for panel, drawing in zip(found, drawings, strict=True):
        root = ElementTree.fromstring(drawing.svg)  # noqa: S314 - our own text
        groups = list(root.iter(f"{SVG}g"))
        arrows = Counter((g.get("data-from"), g.get("data-to")) for g in groups if g.get("data-from"))
        assert arrows == drawn_edges(panel)
        boxes = {g.get("data-block"): " ".join(g.itertext()) for g in groups if g.get("data-block")}
        assert list(boxes) == [block.name for block in panel.blocks]
        assert all(block.title in boxes[block.name] for block in panel.blocks)


def test_the_cell_shows_the_operation_of_each_edge_and_where_it_leads() -> None:
    space, shape = make_space("cell"), CASES["cell"][0]
    chosen = {
        "edge_0_1": "nor_conv_1x1", "edge_0_2": "none", "edge_1_2": "nor_conv_3x3",
        "edge_0_3": "skip_connect", "edge_1_3": "avg_pool_3x3", "edge_2_3": "skip_connect",
    }  # fmt: skip
    found = panels(record(space.build(space.architecture(chosen, shape), shape), shape.sample))
    cell = next(panel for panel in found if panel.title == "cell")
    by_name = {block.choice or block.title: block for block in cell.blocks}
    assert {name: block.title for name, block in by_name.items() if name.startswith("edge")} == {
        "edge_0_1": "1×1 convolution", "edge_1_2": "3×3 convolution", "edge_0_3": "skip",
        "edge_1_3": "3×3 average", "edge_2_3": "skip",
    }  # fmt: skip
    reads = {name: {of(cell, source) for source in block.inputs} for name, block in by_name.items()}
    assert reads["edge_1_2"] == reads["edge_1_3"] == {"edge_0_1"}
    assert reads["edge_2_3"] == {"edge_1_2"}
    assert reads["+"] == {"edge_0_3", "edge_1_3", "edge_2_3"}


def of(panel: Panel, name: str) -> str:
    block = next(block for block in panel.blocks if block.name == name)
    return block.choice or block.title


def test_equal_blocks_in_a_row_are_drawn_once() -> None:
    shape = CASES["cell"][0]
    space = make_space("cell", {"cells": 5})
    whole = panels(record(space.build(space.reference(shape), shape), shape.sample))[0]
    assert [(block.title, block.times) for block in whole.blocks[1:-1]] == [
        ("stem", 1), ("cell", 5), ("reduction", 1), ("cell", 5), ("head", 1),
    ]  # fmt: skip


def test_the_table_tells_one_network_from_all_and_shows_shortcuts() -> None:
    model = model_of("cell", 0, members=3)
    text = model.summary()
    assert text.endswith(f"\n{model.n_params // 3:,} parameters in one network; "
                         f"{model.n_params:,} parameters in all 3, whose mean predicts")  # fmt: skip
    for layer in model.layers():
        assert all(number < layer.number for number in layer.reads)
    assert any(len(layer.reads) == 2 and layer.about == "+" for layer in model.layers())


@pytest.mark.parametrize("case", CASES)
def test_nothing_in_a_picture_lies_outside_of_it(case: str) -> None:
    for seed in SEEDS:
        for drawing in model_of(case, seed).drawings():
            root = ElementTree.fromstring(drawing.svg)  # noqa: S314 - our own text
            _, _, width, _ = map(float, str(root.get("viewBox")).split())
            inner = root.find(f"{SVG}g/{SVG}g")
            assert inner is not None
            shift = float(re.findall(r"[-\d.]+", str(inner.get("transform")))[0])
            boxes = [rect for rect in inner.iter(f"{SVG}rect") if rect.get("x")]
            lefts = [shift + float(rect.get("x", 0)) for rect in boxes]
            rights = [shift + float(rect.get("x", 0)) + float(rect.get("width", 0)) for rect in boxes]
            assert min(lefts) >= 0
            assert max(rights) <= width


def test_one_document_holds_all_pictures_beside_each_other() -> None:
    model = model_of("cell", 0)
    root = ElementTree.fromstring(model.drawing())  # noqa: S314 - our own text
    parts = [ElementTree.fromstring(part.svg) for part in model.drawings()]  # noqa: S314
    assert len(parts) > 1
    assert float(str(root.get("width"))) == pytest.approx(
        sum(float(str(p.get("width"))) for p in parts), abs=len(parts)
    )
    blocks = [sum(g.get("data-block") is not None for g in tree.iter(f"{SVG}g")) for tree in (root, *parts)]
    assert blocks[0] == sum(blocks[1:])


def test_boxes_do_not_overlap_and_arrows_go_down() -> None:
    sizes = {name: (60.0 + 10 * place_, 30.0) for place_, name in enumerate("abcdefg")}
    edges = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("a", "e"), ("d", "f"), ("e", "f"), ("a", "f"), ("f", "g")]
    layout = place(sizes, edges)
    for before, after in edges:
        assert layout.centres[before][1] + 15 < layout.centres[after][1] - 15
    boxes = [(x - sizes[n][0] / 2, x + sizes[n][0] / 2, y) for n, (x, y) in layout.centres.items()]
    lanes = [(x - 1, x + 1, (top + bottom) / 2) for way in layout.lanes.values() for x, top, bottom in way]
    placed = sorted([*boxes, *lanes], key=lambda box: (box[2], box[0]))
    assert all(a[1] <= b[0] for a, b in pairwise(placed) if a[2] == b[2])


def test_names_from_outside_are_escaped() -> None:
    evil = Block("<b>", "block", "<script>", ("<i>",), inputs=(IN,), calls=(1,))
    panel = Panel(
        "", "<t>", (Block(IN, "input", "input", shape=(3,)), evil, Block(OUT, "output", "o", inputs=("<b>",)))
    )
    content = picture(panel, "table", "<u>").content
    assert not set(re.findall(r"<(\w+)", content)) - {"g", "rect", "text", "path", "circle"}
