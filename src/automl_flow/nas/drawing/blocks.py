"""The record of a network as people draw networks: blocks and arrows, and the inside of a block in a panel of its own.

A panel shows the modules at one level. A module whose inside is a chain is a block with a line for each layer; one that
branches gets a panel, which is drawn once however often the module occurs. Equal blocks in a row become one, "× n".
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import Literal

from torch import nn

from automl_flow.nas.drawing.dataflow import SAMPLE, Call, Record, is_layer
from automl_flow.nas.drawing.wording import OPERATORS
from automl_flow.nas.operations import OPERATIONS

Kind = Literal["input", "output", "state", "block", "function", "skip", "through"]
IN, OUT = "in", "out"
_CONTAINERS = (nn.Sequential, nn.ModuleList, nn.ModuleDict)
_MERGED = {"+": "+", "mean": "stack"}  # a function, and what is drawn as one with it where it feeds nothing else


@dataclass(frozen=True)
class Block:
    """A box of a panel.

    Attributes:
        name: Path of a module, or of the first of its layers; unique in the panel.
        kind: ``state`` is what a step of a recurrent module takes over from the step before; ``function`` is no layer;
            ``skip`` passes its input on, as the search has chosen; ``through`` does so too, and is not drawn.
        title: What it is; empty where its lines say it.
        lines: Its layers in order, where they are a chain.
        calls: Numbers of the calls that it stands for.
        inputs: Names of the blocks that it reads, as often as it reads them.
        shape: What it puts out, without the batch axis.
        parameters: Learned numbers of one of its kind.
        parent: Path of the module that a simple layer belongs to; ``None`` for a block that is more than that.
        times: How many of its kind follow one another.
        inside: Letter of the panel that shows its inside; empty for none.
        choice: Parameters of the search space that decided what it is; empty for what is always there.
    """

    name: str
    kind: Kind
    title: str
    lines: tuple[str, ...] = ()
    calls: tuple[int, ...] = ()
    inputs: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    parameters: int = 0
    parent: str | None = None
    times: int = 1
    inside: str = ""
    choice: str = ""


@dataclass(frozen=True)
class Panel:
    """A drawing: the whole network, or the inside of a block.

    Attributes:
        letter: Its name; empty for the whole network.
        title: What it shows.
        blocks: In the order of execution.
    """

    letter: str
    title: str
    blocks: tuple[Block, ...]


def panels(record: Record) -> tuple[Panel, ...]:
    """The whole network first, then the insides of its blocks, by letter."""
    builder = _Builder(record)
    whole = builder.panel("", "Network")
    return _lettered([_with_stem(whole), *builder.insides])


class _Builder:
    """Makes the panels of a record."""

    def __init__(self, record: Record) -> None:
        self.calls, self.result, self.shapes = record.calls, record.result, record.shapes
        self.modules = dict(record.network.named_modules())
        self.insides: list[Panel] = []

    def panel(self, scope: str, title: str) -> Panel:
        """The panel of the module at *scope*."""
        calls = [call for call in self.calls if call.number != SAMPLE and _within(call.path, scope)]
        owner = {call.number: self._unit(call, scope) for call in calls}
        units: dict[str, list[Call]] = {}
        for call in calls:
            units.setdefault(owner[call.number], []).append(call)
        blocks = [Block(IN, "input", "input", shape=self._shape_before(calls))]
        for name, members in units.items():
            inputs = tuple(owner.get(n, IN) for call in members for n in call.inputs if owner.get(n) != name)
            blocks.append(self._block(name, members, inputs))
        last = [call for call in calls if self._leaves(call, calls)][-1]
        recurrent = bool(getattr(self.modules[scope], "recurrent", False))
        title, end = (f"{title}, one step", "state of this step") if recurrent else (title, "output")
        blocks.append(Block(OUT, "output", end, inputs=(owner[last.number],), shape=last.output))
        tidy = _runs(_merged(_useful(_spliced(blocks))))
        return Panel("", title, tuple(tidy if scope else _repeats(tidy)))

    def _shape_before(self, calls: list[Call]) -> tuple[int, ...]:
        inner = {call.number for call in calls}
        return next(self.calls[n].output for call in calls for n in call.inputs if n not in inner)

    def _leaves(self, call: Call, calls: list[Call]) -> bool:
        """Whether the result of *call* is read outside of *calls*."""
        inner = {c.number for c in calls}
        return call.number == self.result or any(call.number in c.inputs for c in self.calls if c.number not in inner)

    def _unit(self, call: Call, scope: str) -> str:
        """Name of what *call* is part of, at the level below *scope*."""
        path = ""
        for part in call.path.split(".") if call.path else ():
            path = f"{path}.{part}" if path else part
            module = self.modules[path]
            below = _within(path, scope) and path != scope
            if below and (not isinstance(module, _CONTAINERS) or _choice(module)[1]):
                return path
        return f"{call.path}#{call.number}"

    def _block(self, name: str, calls: list[Call], inputs: tuple[str, ...]) -> Block:
        module = self.modules.get(name)
        if module is None:
            return _function(name, calls[0], inputs)
        numbers = tuple(call.number for call in calls)
        made = Block(name, "block", self._title(name), calls=numbers, inputs=tuple(dict.fromkeys(inputs)),
                     shape=self.shapes[name], parameters=sum(call.parameters for call in calls),
                     choice=_choice(module)[0])  # fmt: skip
        if is_layer(module):
            if isinstance(module, nn.Identity) and _choice(module)[1]:
                return replace(made, kind="skip", title="skip")
            if isinstance(module, nn.Identity) or (isinstance(module, nn.Dropout) and module.p == 0):
                return replace(made, kind="through")
            return made if _choice(module)[1] else replace(made, parent=name.rpartition(".")[0])
        inside = self.panel(name, made.title)
        steps = inside.blocks[1:-1]
        if is_chain(inside) and not any(block.inside for block in steps):
            lines = tuple(line for block in steps for line in (block.lines or (block.title,)))
            return replace(made, lines=lines)
        return replace(made, inside=self._letter(inside))

    def _letter(self, panel: Panel) -> str:
        """Letter of the panel that shows the same as *panel*; it is added if there is none."""
        for known in self.insides:
            if _signature(known) == _signature(panel):
                return known.letter
        letter = chr(ord("A") + len(self.insides))
        self.insides.append(replace(panel, letter=letter))
        return letter

    def _title(self, path: str) -> str:
        """Title of a module: from its operation, its own ``about``, or its layer."""
        module = self.modules[path]
        operation = _choice(module)[1]
        if operation:
            return OPERATIONS.get(operation).about or operation
        if not is_layer(module):
            return str(getattr(module, "about", type(module).__name__))
        return next(call.about for call in self.calls if call.path == path and not call.function)


def is_chain(panel: Panel) -> bool:
    """Whether every block reads the one before it and nothing else."""
    return all(b.inputs == (a.name,) for a, b in zip(panel.blocks, panel.blocks[1:], strict=False))


def _function(name: str, call: Call, inputs: tuple[str, ...]) -> Block:
    several = inputs if call.about in OPERATORS else tuple(dict.fromkeys(inputs))
    kind: Kind = "function" if call.inputs else "state"
    parent = call.path if len(several) == 1 else None
    return Block(name, kind, call.about, (), (call.number,), several, call.output, call.parameters, parent)


def _choice(module: nn.Module) -> tuple[str, str]:
    """The parameter that decided the operation of a module, and the operation; empty for other modules."""
    return getattr(module, "choice", ("", ""))


def _within(path: str, scope: str) -> bool:
    return not scope or path == scope or path.startswith(f"{scope}.")


def _renamed(blocks: list[Block], old: str, new: str) -> list[Block]:
    """Let all that read *old* read *new*."""
    return [replace(b, inputs=tuple(new if name == old else name for name in b.inputs)) for b in blocks]


def _readers(blocks: list[Block]) -> Counter[str]:
    return Counter(name for block in blocks for name in block.inputs)


def _spliced(blocks: list[Block]) -> list[Block]:
    """Blocks without those that pass their input on, which an arrow shows as well."""
    for gone in [block for block in blocks if block.kind == "through"]:
        now = next(block for block in blocks if block.name == gone.name)
        blocks = _renamed([block for block in blocks if block is not now], now.name, now.inputs[0])
    return blocks


def _useful(blocks: list[Block]) -> list[Block]:
    """Without those whose result nobody reads."""
    while True:
        readers = _readers(blocks)
        kept = [block for block in blocks if readers[block.name] or block.kind in ("input", "output")]
        if len(kept) == len(blocks):
            return blocks
        blocks = kept


def _merged(blocks: list[Block]) -> list[Block]:
    """Merge sums of sums into one sum, and the mean of a stack into one mean."""
    found = {block.name: block for block in blocks}
    readers = _readers(blocks)
    for block in blocks:
        inner = _MERGED.get(block.title) if block.kind == "function" else None
        inputs: list[str] = []
        calls = list(block.calls)
        for name in block.inputs:
            part = found[name]
            if inner is not None and part.kind == "function" and part.title == inner and readers[name] == 1:
                inputs += part.inputs
                calls += part.calls
                del found[name]
            else:
                inputs.append(name)
        parent = block.parent if len(inputs) == 1 else None
        found[block.name] = replace(block, inputs=tuple(inputs), calls=tuple(sorted(calls)), parent=parent)
    return [found[block.name] for block in blocks if block.name in found]


def _runs(blocks: list[Block]) -> list[Block]:
    """Simple layers of one parent that follow one another as one block."""
    for block in blocks:
        found = {b.name: b for b in blocks}
        now = found.get(block.name)
        before = found.get(now.inputs[0]) if now is not None and len(now.inputs) == 1 else None
        if now is None or before is None or now.parent is None or _readers(blocks)[before.name] > 1:
            continue
        if before.parent == now.parent:
            lines = (*(before.lines or (before.title,)), now.title)
            joined = Block(before.name, "block", "", lines, before.calls + now.calls, before.inputs, now.shape,
                           before.parameters + now.parameters, now.parent)  # fmt: skip
            rest = [joined if b is before else b for b in blocks if b is not now]
            blocks = _renamed(rest, now.name, before.name)
    return blocks


def _repeats(blocks: list[Block]) -> list[Block]:
    """Equal blocks that follow one another as one."""
    for block in blocks:
        found = {b.name: b for b in blocks}
        now = found[block.name]
        before = found.get(now.inputs[0]) if len(now.inputs) == 1 else None
        if before is None or now.kind != "block" or _readers(blocks)[before.name] > 1:
            continue
        if _looks(before) == _looks(now):
            choice = ", ".join(dict.fromkeys([*before.choice.split(", "), now.choice]))
            joined = replace(before, times=before.times + 1, calls=before.calls + now.calls, choice=choice)
            rest = [joined if b is before else b for b in blocks if b is not now]
            blocks = _renamed(rest, now.name, before.name)
    return blocks


def _looks(block: Block) -> tuple[object, ...]:
    return (block.title, block.lines, block.inside, block.shape, block.parameters)


def _signature(panel: Panel) -> tuple[object, ...]:
    """Content of a panel, independent of widths and position."""
    places = {block.name: place for place, block in enumerate(panel.blocks)}
    shown = [
        (b.kind, b.title, b.lines, b.inside, b.times, tuple(places[name] for name in b.inputs)) for b in panel.blocks
    ]
    return (panel.title, *shown)


def _with_stem(whole: Panel) -> Panel:
    """Give a name to the layers that come first, where they are a run."""
    blocks = [
        replace(b, title="stem") if b.inputs == (IN,) and b.parent is not None and b.lines else b for b in whole.blocks
    ]
    return replace(whole, blocks=tuple(blocks))


def _lettered(found: list[Panel]) -> tuple[Panel, ...]:
    """Put the panels in the order in which a reader meets their blocks, and letter them anew."""
    by_letter = {panel.letter: panel for panel in found}
    order = [""]
    for letter in order:  # grows
        inner = [block.inside for block in by_letter[letter].blocks if block.inside]
        order += [name for name in dict.fromkeys(inner) if name not in order]
    names = {old: chr(ord("A") + place - 1) if place else "" for place, old in enumerate(order)}
    return tuple(
        replace(
            by_letter[old],
            letter=names[old],
            blocks=tuple(replace(b, inside=names[b.inside] if b.inside else "") for b in by_letter[old].blocks),
        )
        for old in order
    )
