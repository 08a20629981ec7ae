"""A recording of a network's run on a sample: which layer or function reads which results.

A drawing that is made from a description of a network can differ from the network that runs; one that is made from
this record cannot. Layers are the modules without children; of everything else the functions are noted that it calls.
"""

from __future__ import annotations

import copy
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

from automl_flow.nas.drawing.wording import function_words, layer_words

SAMPLE = 0  # number of the call that represents the network's input
_LAYOUT = frozenset({
    "view", "reshape", "flatten", "transpose", "permute", "contiguous", "expand", "unsqueeze", "squeeze", "unbind",
    "chunk", "split", "stack", "cat", "to", "float", "view_as", "detach", "__getitem__",
})  # fmt: skip # what moves numbers about, and changes none


@dataclass(frozen=True)
class Call:
    """A layer or a function that was run.

    Attributes:
        number: Its position in the order of execution.
        path: Path of the layer in the network; for a function, of the module that called it.
        function: Name of the function; empty for a layer.
        about: Description for people.
        inputs: Numbers of the calls whose results it reads, as often as it reads them.
        output: Shape of its result without the batch axis.
        parameters: Learned numbers of the layer, or those that the function is given.
    """

    number: int
    path: str
    function: str
    about: str
    inputs: tuple[int, ...]
    output: tuple[int, ...]
    parameters: int = 0


@dataclass(frozen=True)
class Record:
    """A network and what it did.

    Attributes:
        network: A copy without numbers, on the device ``meta``.
        calls: In the order of execution; the first is the sample.
        result: Number of the call that gave the network's output.
        shapes: What each module puts out, by its path, without the batch axis.
    """

    network: nn.Module
    calls: tuple[Call, ...]
    result: int
    shapes: Mapping[str, tuple[int, ...]]


def record(network: nn.Module, sample: Sequence[int], *, unrolled: bool = False) -> Record:
    """Run a copy of *network* on nothing but the shape of one sample, and write down what it does.

    Args:
        network: Any module that maps (N, …) to (N, …).
        sample: Shape of a sample without the batch axis.
        unrolled: Follow all steps of modules that are ``recurrent``; otherwise one step represents all.
    """
    outline = copy.deepcopy(network).to("meta").eval()
    recorder = _Recorder(unrolled=unrolled)
    hooks = list(recorder.attach(outline))
    x = torch.empty(1, *sample, device="meta")
    recorder.note(x, Call(SAMPLE, "", "", "input", (), tuple(sample)))
    try:
        with torch.no_grad(), recorder:
            output = outline(x)
    finally:
        for hook in hooks:
            hook.remove()
    result = recorder.origin(output)
    return Record(outline, tuple(recorder.calls), SAMPLE if result is None else result, recorder.shapes)


class _Recorder(TorchFunctionMode):
    """Sees every function that is called with tensors, and through hooks every module."""

    def __init__(self, *, unrolled: bool) -> None:
        super().__init__()
        self.calls: list[Call] = []
        self.unrolled = unrolled
        self.shapes: dict[str, tuple[int, ...]] = {}
        self._inside: list[tuple[str, nn.Module]] = []
        self._silent = 0  # number of layers that enclose the current call
        self._origin: dict[int, int] = {}
        self._kept: list[Tensor] = []  # a tensor that is gone would lend its id to another

    def attach(self, network: nn.Module) -> Iterator[Any]:
        """Listen to every module of *network*."""
        for path, module in network.named_modules():
            steps: list[int] = []  # of a recurrent module of which one step is run
            yield module.register_forward_pre_hook(self._entering(path, steps))
            yield module.register_forward_hook(self._leaving(path, steps))

    def note(self, result: Any, call: Call) -> None:
        """Keep *call*, whose result is a tensor or several."""
        self.calls.append(call)
        self._mark(result, call.number)

    def origin(self, tensor: Tensor) -> int | None:
        """Number of the call that gave *tensor*; ``None`` for one that does not depend on the sample."""
        return self._origin.get(id(tensor))

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Run the function, and note it unless a layer called it."""
        result = func(*args, **(kwargs or {}))
        if not self._silent and list(_tensors(result)):
            self._note_function(getattr(func, "__name__", str(func)), args, result)
        return result

    def _note_function(self, name: str, args: Any, result: Any) -> None:
        read = [number for tensor in _tensors(args) if (number := self.origin(tensor)) is not None]
        if not read:
            return
        if name in _LAYOUT and len(set(read)) == 1 and not _picks_one(name, args):
            self._mark(result, read[0])
            return
        inputs = () if name == "zeros_like" else tuple(read)
        shape = tuple(next(_tensors(result)).shape[1:])
        parameters = sum(tensor.numel() for tensor in _tensors(args) if isinstance(tensor, nn.Parameter))
        path, module = self._inside[-1]
        about = function_words(name, args, self._second_operand(args, module))
        self.note(result, Call(len(self.calls), path, name, about, inputs, shape, parameters))

    def _second_operand(self, args: Any, module: nn.Module) -> str:
        """The operand of a binary function that the network has not computed; empty for none."""
        for value in args[:2]:
            if isinstance(value, nn.Parameter):
                return "learned numbers"
            if isinstance(value, Tensor) and self.origin(value) is None:
                return str(getattr(module, "fixed", "fixed numbers"))
            if isinstance(value, (int, float)):
                return "2π" if value == 2 * math.pi else f"{value:g}"
        return ""

    def _mark(self, result: Any, number: int) -> None:
        for tensor in _tensors(result):
            self._origin[id(tensor)] = number
            self._kept.append(tensor)

    def _entering(self, path: str, steps: list[int]) -> Any:
        def hook(module: nn.Module, args: tuple[Any, ...]) -> Any:
            self._inside.append((path, module))
            if is_layer(module):
                self._silent += 1
            elif getattr(module, "recurrent", False) and not self.unrolled:
                steps.append(args[0].shape[-1])
                return (args[0][..., :1],)
            return None

        return hook

    def _leaving(self, path: str, steps: list[int]) -> Any:
        def hook(module: nn.Module, args: tuple[Any, ...], output: Any) -> Any:
            if is_layer(module):
                self._silent -= 1
                output = self._note_layer(path, module, args, output)
            elif getattr(module, "recurrent", False) and not self.unrolled:
                output = output.expand(*output.shape[:-1], steps.pop())
            self._inside.pop()
            self.shapes[path] = tuple(next(_tensors(output)).shape[1:])
            return output

        return hook

    def _note_layer(self, path: str, module: nn.Module, args: tuple[Any, ...], output: Any) -> Any:
        read = tuple(n for tensor in _tensors(args) if (n := self.origin(tensor)) is not None)
        if any(output is tensor for tensor in _tensors(args)):
            output = output.detach()  # what passes through is another tensor behind the layer
        shape = tuple(next(_tensors(output)).shape[1:])
        parameters = sum(p.numel() for p in module.parameters())
        self.note(output, Call(len(self.calls), path, "", layer_words(module), read, shape, parameters))
        return output


def is_layer(module: nn.Module) -> bool:
    """Whether a module is looked at from outside alone."""
    return not any(True for _ in module.children())


def _picks_one(name: str, args: Any) -> bool:
    """Whether ``x[..., i]`` leaves out all but one step, which changes more than the layout."""
    index = args[1] if name == "__getitem__" and isinstance(args[1], tuple) else ()
    return any(isinstance(part, int) for part in index)


def _tensors(value: Any) -> Iterator[Tensor]:
    """All tensors in nested tuples and lists."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from _tensors(part)
