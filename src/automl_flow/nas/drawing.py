"""What a network looks like: a table of its layers, and a picture."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from automl_flow.nas.spaces import make_space

if TYPE_CHECKING:
    from automl_flow.nas.network import NetworkModel

WIDTH, ROW, GAP = 460, 34, 12
_COLOURS = {"Conv": "#cfe3f7", "Linear": "#f9e0c7", "Norm": "#e9e9ef", "Pool": "#d9f0d3", "R": "#f6d5e5"}


@dataclass(frozen=True)
class Layer:
    """A layer as people see it.

    Attributes:
        name: Path inside the network.
        about: What it is.
        output: Shape behind it, without the batch axis.
        parameters: Learned numbers.
    """

    name: str
    about: str
    output: tuple[int, ...]
    parameters: int


def layers(model: NetworkModel) -> list[Layer]:
    """Layers of one of the model's networks in the order in which they run; parts of a place are put together."""
    space = make_space(model.architecture.space, model.options)
    network = space.build(model.architecture, model.shape).eval()
    found: list[Layer] = []
    hooks = [m.register_forward_hook(_note(name, found)) for name, m in network.named_modules() if _shown(m)]
    with torch.no_grad():
        network(torch.zeros(1, *model.shape.sample))
    for hook in hooks:
        hook.remove()
    return found


def layer_table(model: NetworkModel) -> str:
    """Layers, shapes and parameters as aligned text."""
    rows = [("layer", "kind", "output", "parameters")]
    rows += [(x.name, x.about, "x".join(map(str, x.output)), f"{x.parameters:,}") for x in layers(model)]
    widths = [max(len(row[i]) for row in rows) for i in range(4)]
    lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}  {d:>{widths[3]}}" for a, b, c, d in rows]
    members = len(model.module.members)  # type: ignore[arg-type]
    total = f"{model.n_params:,} parameters in {members} network{'s' if members > 1 else ''}"
    return "\n".join([f"space {model.architecture.space}", *lines, total])


def draw(model: NetworkModel) -> str:
    """An SVG picture: a box per layer from input to output, and the parameters that chose them beside it."""
    chosen = [f"{name} = {value}" for name, value in sorted(model.architecture.live.items())]
    boxes = [Layer("input", "input", model.shape.sample, 0), *layers(model)]
    height = max(len(boxes) * (ROW + GAP) + 2 * GAP, 18 * len(chosen) + 3 * GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH + 280} {height}" '
        f'font-family="sans-serif" font-size="12" role="img"><title>Network of space '
        f"{escape(model.architecture.space)}</title>"
    ]
    for i, layer in enumerate(boxes):
        parts += _box(layer, GAP + i * (ROW + GAP), last=i == len(boxes) - 1)
    for i, text in enumerate(chosen):
        parts.append(f'<text x="{WIDTH + 20}" y="{2 * GAP + 18 * i}" fill="#444">{escape(text)}</text>')
    return "".join([*parts, "</svg>"])


def _box(layer: Layer, top: float, *, last: bool) -> list[str]:
    colour = next((c for word, c in _COLOURS.items() if word in layer.about), "#f4f4f4")
    middle = top + ROW / 2 + 4
    right = f"{'×'.join(map(str, layer.output))}" + (f" · {layer.parameters:,}" if layer.parameters else "")
    box = (
        f'<rect x="10" y="{top}" width="{WIDTH - 20}" height="{ROW}" rx="6" fill="{colour}" stroke="#999"/>'
        f'<text x="20" y="{middle}">{escape(layer.about)}</text>'
        f'<text x="{WIDTH - 20}" y="{middle}" text-anchor="end" fill="#555">{escape(right)}</text>'
    )
    foot = top + ROW
    arrow = f'<path d="M {WIDTH / 2} {foot} v {GAP}" stroke="#666" stroke-width="1.5"/>'
    return [box] if last else [box, arrow]


def _shown(module: nn.Module) -> bool:
    """Layers that do something to be seen: those with weights, and poolings."""
    if list(module.children()):
        return False
    return isinstance(module, (nn.Conv1d, nn.Conv2d, nn.Linear, nn.RNNBase)) or "Pool" in type(module).__name__


def _note(name: str, found: list[Layer]) -> Any:
    def hook(module: nn.Module, _inputs: object, output: Any) -> None:
        tensor = output[0] if isinstance(output, tuple) else output
        parameters = sum(p.numel() for p in module.parameters())
        found.append(Layer(name, _about(module), tuple(tensor.shape[1:]), parameters))

    return hook


def _about(module: nn.Module) -> str:
    """A layer's kind with its window."""
    kind = type(module).__name__
    window = getattr(module, "kernel_size", None)
    if window is None:
        return f"{kind}, both directions" if getattr(module, "bidirectional", False) else kind
    sizes = window if isinstance(window, tuple) else (window,)
    depthwise = getattr(module, "groups", 1) > 1
    return f"{kind} {'×'.join(map(str, sizes))}" + (", depthwise" if depthwise else "")
