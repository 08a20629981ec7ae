"""Checkpoints: weights, averages and the optimiser's moments as safetensors, from which a training resumes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from automl_flow.core.files import write_bytes
from automl_flow.nas.training.loop import Training


def store(training: Training, path: Path, key: str) -> None:
    """Write *training* to *path*, atomically; *key* names its architecture."""
    tensors = {name: tensor.detach().contiguous().cpu() for name, tensor in _state(training)}
    header = {"key": key, "epoch": str(training.epoch), "history": json.dumps(training.history)}
    write_bytes(path, save(tensors, header))


def restore(training: Training, path: Path, key: str) -> bool:
    """Load *path* into a fresh *training*; return whether it held a checkpoint of the same architecture."""
    if not path.is_file():
        return False
    try:
        with safe_open(path, "pt") as content:
            header = content.metadata()
            if header.get("key") != key:
                return False
            _start_optimizer(training)
            tensors = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118 - not a mapping
    except (SafetensorError, OSError):  # a damaged checkpoint costs its epochs, not the search
        return False
    state = dict(_state(training))
    if {n: t.shape for n, t in state.items()} != {n: t.shape for n, t in tensors.items()}:
        return False
    with torch.no_grad():
        for name, tensor in state.items():
            tensor.copy_(tensors[name])
    training.epoch = int(header["epoch"])
    training.history = json.loads(header["history"])
    return True


def _state(training: Training) -> Iterator[tuple[str, Tensor]]:
    for name, tensor in training.network.state_dict().items():
        yield f"network.{name}", tensor
    for name, tensor in training.average.state_dict().items():
        yield f"average.{name}", tensor
    parameters = [p for group in training.optimizer.param_groups for p in group["params"]]
    for i, parameter in enumerate(parameters):
        for name, tensor in sorted(training.optimizer.state[parameter].items()):
            yield f"optimizer.{i}.{name}", tensor


def _start_optimizer(training: Training) -> None:
    """Make the moments that a first step would make, so that there is something to load into."""
    for group in training.optimizer.param_groups:
        for parameter in group["params"]:
            training.optimizer.state[parameter] = {
                "step": torch.zeros(()),
                "exp_avg": torch.zeros_like(parameter, memory_format=torch.preserve_format),
                "exp_avg_sq": torch.zeros_like(parameter, memory_format=torch.preserve_format),
            }
