"""Costs of a network: counted from its outline before any memory is spent on it, and measured in milliseconds."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Architecture, Space

LATENCY_RUNS = 30
LATENCY_WARM_UP_RUNS = 5


@dataclass(frozen=True)
class Cost:
    """Costs of a network.

    Attributes:
        parameters: Learned numbers.
        flops: Multiply-adds for one sample.
        activations: Numbers that its layers output for one sample, which training keeps for the backward pass.
    """

    parameters: int
    flops: int
    activations: int

    def training_mb(self, batch: int) -> float:
        """Lower bound of the MiB for training with this batch size: activations, weights, gradients, averages."""
        return 4 * (self.activations * batch + 5 * self.parameters) / 2**20


def cost_of(space: Space, architecture: Architecture, shape: DataShape) -> Cost:
    """Costs of an architecture, counted on torch's ``meta`` device, which allocates nothing."""
    with torch.device("meta"):
        network = space.build(architecture, shape).eval()
        x = torch.empty(2, *shape.sample)  # two samples: batch axes of one can hide
    outputs: list[int] = []
    hooks = [m.register_forward_hook(_count_into(outputs)) for m in network.modules() if not list(m.children())]
    counter = FlopCounterMode(display=False)
    with counter, torch.no_grad():
        network(x)
    for hook in hooks:
        hook.remove()
    parameters = sum(p.numel() for p in network.parameters())
    return Cost(parameters, counter.get_total_flops() // 4, sum(outputs) // 2)  # 2 samples x 2 flops per multiply-add


def _count_into(outputs: list[int]):  # type: ignore[no-untyped-def]  # a torch hook
    def hook(_module: nn.Module, _inputs: object, output: object) -> None:
        tensors = output if isinstance(output, tuple) else (output,)
        outputs.extend(t.numel() for t in tensors if isinstance(t, torch.Tensor))

    return hook


@torch.inference_mode()
def latency_ms(network: nn.Module, shape: DataShape) -> float:
    """Median milliseconds of single-sample predictions on this machine; the first runs are not counted."""
    network.eval()
    x = torch.zeros(1, *shape.sample)
    times = []
    for _ in range(LATENCY_WARM_UP_RUNS + LATENCY_RUNS):
        began = time.perf_counter()
        network(x)
        times.append(time.perf_counter() - began)
    return 1000.0 * statistics.median(times[LATENCY_WARM_UP_RUNS:])
