"""How long a network takes for one sample on this machine."""

from __future__ import annotations

import statistics
import time

import torch
from torch import nn

from automl_flow.nas.spaces.base import DataShape

RUNS = 30
WARM_UP = 5


@torch.inference_mode()
def milliseconds(network: nn.Module, shape: DataShape) -> float:
    """Median time of single-sample predictions, after a few that are not counted."""
    network.eval()
    x = torch.zeros(1, *shape.sample)
    times = []
    for _ in range(WARM_UP + RUNS):
        began = time.perf_counter()
        network(x)
        times.append(time.perf_counter() - began)
    return 1000.0 * statistics.median(times[WARM_UP:])
