"""The inside of the final training, in worker processes, and putting its networks together."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_flow.core.files import write_bytes
from automl_flow.core.seeds import derive_seed
from automl_flow.nas.search.objective import Arena, hold_threads, memory_errors, training_spec
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.study.trial import Evaluation, TrialJob

if TYPE_CHECKING:
    from automl_flow.nas.network.module import InferenceModule
    from automl_flow.nas.training.fit import FittedNetwork


def digest(architecture: Architecture) -> str:
    """A short name of an architecture."""
    return hashlib.sha256(architecture.key.encode()).hexdigest()[:12]


def member_file(arena: Arena, architecture: Architecture, epochs: int, number: int) -> Path:
    """File of the network of the *number*-th seed."""
    return arena.folder / f"final-{digest(architecture)}-{epochs}" / f"{number}.safetensors"


def evaluate(arena: Arena, job: TrialJob[Any]) -> Evaluation:
    """Train one network on all samples and write it to its file; the value is its last training loss.

    The payload's ``seconds`` end the training before its last epoch, so that there is a network when the time is over.
    """
    from automl_flow.nas.training.fit import fit_network

    payload, number = job.suggestion, job.number
    hold_threads()
    space = arena.make_space()
    architecture = space.architecture(payload["params"], arena.shape)
    seed = derive_seed(arena.seed, "final", number)
    epochs = int(payload["epochs"])
    with memory_errors():
        recipe = training_spec(arena, space, architecture, seed, epochs=epochs)
        learned = fit_network(recipe, arena.whole, deadline=time.monotonic() + payload["seconds"])
    _write_member(member_file(arena, architecture, epochs, number), learned, architecture.key)
    history = learned.training.history
    return Evaluation((history[-1]["train_loss"],), {"epochs": len(history)})


def _write_member(path: Path, learned: FittedNetwork, key: str) -> None:
    from safetensors.torch import save

    tensors = {f"network.{n}": t.contiguous().cpu() for n, t in learned.training.average.state_dict().items()}
    tensors |= {f"inputs.{n}": t.contiguous().cpu() for n, t in learned.inputs.state_dict().items()}
    header = {"key": key, "target": json.dumps([learned.centre, learned.scale])}
    write_bytes(path, save(tensors, header))


def load_members(arena: Arena, space: Space, architecture: Architecture, files: Sequence[Path]) -> InferenceModule:
    """Put the networks of *files* together."""
    import torch
    from safetensors import safe_open

    from automl_flow.nas.network.module import assemble

    networks = [space.build(architecture, arena.shape) for _ in files]
    deployed = assemble(networks, arena.shape, classes=arena.classes)
    for part, file in enumerate(files):
        with safe_open(file, "pt") as content:
            tensors = {name: content.get_tensor(name) for name in content.keys()}  # noqa: SIM118 - not a mapping
            centre, scale = json.loads(content.metadata()["target"])
        for prefix, module in (("network.", deployed.members[part]), ("inputs.", deployed.inputs[part])):
            module.load_state_dict({n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)})
        deployed.centre.copy_(torch.tensor([centre]))
        deployed.scale.copy_(torch.tensor([scale]))
    return deployed


def own_member(arena: Arena, architecture: Architecture, number: int) -> Path | None:
    """A member file of the network that trial *number* trained on its first round; ``None`` without its checkpoint.

    What is there when the final training is not: the search ran out of time or was interrupted.
    """
    from automl_flow.nas.training.fit import load_fitted

    space = arena.make_space()
    recipe = training_spec(arena, space, architecture, derive_seed(arena.seed, "network", number, 0))
    learned = load_fitted(recipe, arena.rounds[0].fit, arena.checkpoint(number, 0))
    if learned is None:
        return None
    path = arena.folder / "member-of-trial.safetensors"
    _write_member(path, learned, architecture.key)
    return path
