"""Checkpoints: weights, averages and the optimiser's moments as safetensors, from which a training resumes."""

from __future__ import annotations

import json
from collections.abc import Iterator

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save
from torch import Tensor

from automl_flow.core.errors import ArtifactError
from automl_flow.execution.store import StoredFile
from automl_flow.nas.training.loop import Training


def store(training: Training, file: StoredFile, key: str) -> None:
    """Write *training* to *file*; *key* names its architecture."""
    tensors = {name: tensor.detach().contiguous().cpu() for name, tensor in _state(training)}
    header = {"key": key, "epoch": str(training.epoch), "history": json.dumps(training.history)}
    file.write(save(tensors, header))


def restore(training: Training, file: StoredFile, key: str) -> bool:
    """Load *file* into a fresh *training*; return whether it held a checkpoint of the same architecture."""
    if not file.exists:
        return False
    try:
        tensors, header = unpack(file.read())
    except (SafetensorError, ArtifactError):  # a damaged checkpoint costs its epochs, not the search
        return False
    if header.get("key") != key:
        return False
    _start_optimizer(training)
    state = dict(_state(training))
    if {n: t.shape for n, t in state.items()} != {n: t.shape for n, t in tensors.items()}:
        return False
    with torch.no_grad():
        for name, tensor in state.items():
            tensor.copy_(tensors[name])
    training.epoch = int(header["epoch"])
    training.history = json.loads(header["history"])
    return True


def unpack(content: bytes) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Tensors and metadata of a safetensors file, whose Python interface gives the latter of files on a disk alone.

    Raises:
        SafetensorError: It is damaged.
    """
    tensors = load(content)  # checks the header, too
    size = int.from_bytes(content[:8], "little")
    return tensors, json.loads(content[8 : 8 + size]).get("__metadata__", {})


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
