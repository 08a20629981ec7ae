"""Layers, functions and shapes in the words of the field."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from torch import nn

from automl_flow.nas.shape import Kind

OPERATORS = ("+", "−", "×")
POSITIONS = 2  # axis of pixels or steps
_FUNCTIONS = {
    "add": "+", "__add__": "+", "__radd__": "+", "mul": "×", "__mul__": "×", "__rmul__": "×", "sub": "−",
    "__sub__": "−", "relu": "ReLU", "amax": "maximum", "cat": "concatenate", "stack": "stack", "flip": "reverse",
    "sin": "sine", "cos": "cosine", "scaled_dot_product_attention": "attention",
    "zeros_like": "state of the step before",
}  # fmt: skip
_LAYERS = {
    "BatchNorm1d": "batch norm", "BatchNorm2d": "batch norm", "LayerNorm": "layer norm", "Identity": "skip (identity)",
    "GLU": "gated linear unit", "Sigmoid": "sigmoid", "Linear": "linear", "Zero": "zeros",
    "AdaptiveAvgPool2d": "mean over all pixels",
}  # fmt: skip


def layer_words(module: nn.Module) -> str:
    """Name a layer with its window."""
    kind = type(module).__name__
    if isinstance(module, nn.RNNBase):
        return kind + (", both directions" if module.bidirectional else "")
    if isinstance(module, (nn.Conv1d, nn.Conv2d)):
        depthwise = module.groups == module.in_channels and module.groups > 1
        words = _windowed("depthwise convolution" if depthwise else "convolution", module)
        return words + _extra("dilation", module.dilation) + _extra("stride", module.stride)
    if isinstance(module, (nn.MaxPool1d, nn.MaxPool2d, nn.AvgPool1d, nn.AvgPool2d)):
        return _windowed("max pooling" if "Max" in kind else "average pooling", module) + _extra(
            "stride", module.stride
        )
    if isinstance(module, nn.Dropout):
        return f"dropout {module.p:g}"
    return str(getattr(module, "about", _LAYERS.get(kind, kind)))


def function_words(name: str, args: Sequence[Any], operand: str = "") -> str:
    """Name a function.

    Args:
        name: Its name in torch.
        args: What it was called with.
        operand: The operand that does not come from the network; empty for none.
    """
    if name == "__getitem__":
        place = next(part for part in args[1] if isinstance(part, int))
        return "last step" if place == -1 else f"step {place}"
    if name in ("mean", "amax") and args[1:] == (POSITIONS,):
        return f"global {'average' if name == 'mean' else 'max'} pooling"
    words = _FUNCTIONS.get(name, name.strip("_").replace("_", " "))
    return f"{words} {operand}" if words in OPERATORS and operand else words


def shape_words(shape: Sequence[int], kind: Kind) -> str:
    """Say what flows: channels and pixels, channels and steps, or plain numbers."""
    if len(shape) > 1 and kind == "image":
        return f"{_count(shape[0], 'channel')}, {shape[1]}×{shape[2]} pixels"
    if len(shape) > 1:
        return f"{_count(shape[0], 'channel')}, {_count(shape[1], 'step')}"
    return _count(shape[0], "number") if shape else "1 number"


def parameter_words(parameters: int, times: int = 1) -> str:
    """Say how many numbers are learned."""
    each = f"{_count(parameters, 'parameter')}"
    return f"{each} each" if times > 1 else each


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _windowed(word: str, module: Any) -> str:
    """A layer with its window, in the usual order of words."""
    size = module.kernel_size if isinstance(module.kernel_size, tuple) else (module.kernel_size,)
    if type(module).__name__.endswith("2d"):
        height, width = size if len(size) > 1 else size * 2
        return f"{height}×{width} {word}"
    return f"pointwise {word}" if size[0] == 1 else f"{word}, {size[0]} steps"


def _extra(word: str, value: Any) -> str:
    first = value[0] if isinstance(value, tuple) else value
    return f", {word} {first}" if first != 1 else ""
