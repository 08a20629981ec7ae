"""The layers of a network as a table, in the order in which they run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import nn

from automl_flow.nas.drawing.dataflow import SAMPLE, record
from automl_flow.nas.shape import DataShape

_HEADER = ("no.", "what", "where", "reads", "output", "parameters")


@dataclass(frozen=True)
class Layer:
    """A layer, or a function between layers, as people see it.

    Attributes:
        number: Its place in the order of execution, from 1; 0 is the input.
        about: What it is.
        name: Path of the module that it is or belongs to.
        reads: Numbers of those whose results it reads.
        output: Shape behind it, without the batch axis.
        parameters: Learned numbers.
    """

    number: int
    about: str
    name: str
    reads: tuple[int, ...]
    output: tuple[int, ...]
    parameters: int

    def cells(self) -> tuple[str, ...]:
        """The cells of its row."""
        reads = ", ".join("input" if number == SAMPLE else str(number) for number in self.reads)
        output = "×".join(map(str, self.output))
        return (str(self.number), self.about, self.name, reads, output, f"{self.parameters:,}")


def layers(network: nn.Module, shape: DataShape) -> list[Layer]:
    """The layers and functions that *network* runs on a sample; of a recurrent cell, one step."""
    calls = record(network, shape.sample).calls
    return [
        Layer(call.number, call.about, call.path, call.inputs, call.output, call.parameters)
        for call in calls
        if call.number != SAMPLE
    ]


def layer_table(shown: Sequence[Layer]) -> str:
    """Layers, what they read, shapes and parameters as aligned text."""
    rows = [_HEADER, *(layer.cells() for layer in shown)]
    widths = [max(len(row[i]) for row in rows) for i in range(len(_HEADER))]
    lines = [
        "  ".join(cell.rjust(width) if i in (0, 5) else cell.ljust(width) for i, (cell, width) in columns)
        for columns in (enumerate(zip(row, widths, strict=True)) for row in rows)
    ]
    return "\n".join(lines)
