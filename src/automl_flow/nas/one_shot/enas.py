"""ENAS: a policy over single paths on shared weights, learned by policy gradient (Pham et al. 2018).

The policy is a table of logits per choice instead of a recurrent controller: the choices of our spaces are few, and
the table needs no training of its own to become a good distribution.
"""

from __future__ import annotations

import torch
from pydantic import Field
from torch import Tensor

from automl_flow.nas.one_shot.base import OneShot, OneShotConfig
from automl_flow.nas.one_shot.relaxation import AlphaUpdate, Relaxation, alpha_gradients, set_gradients
from automl_flow.nas.one_shot.supernet import Supernet

MAX_ADVANTAGE = 3.0  # standard deviations


class EnasConfig(OneShotConfig):
    """Settings of ENAS.

    Attributes:
        paths: Paths that are compared on a batch, at each step of the policy.
        entropy: Weight of the policy's entropy, which keeps it exploring.
    """

    paths: int = Field(6, ge=2)
    entropy: float = Field(1e-2, ge=0)


class Enas(Relaxation):
    """Sample paths, reward those with a lower loss than the others on the same batch."""

    def __init__(self, config: EnasConfig) -> None:
        self.paths, self.entropy = config.paths, config.entropy

    def draw(self, supernet: Supernet, progress: float) -> None:  # noqa: ARG002 - the same at any time
        """Sample one operation per choice."""
        supernet.set_mixture({}, _sample(supernet))

    def learn(self, step: AlphaUpdate) -> float:
        """REINFORCE; the other paths on the batch are each path's baseline, so that the batch itself cancels out."""
        paths, losses = [], []
        with torch.no_grad():
            for _ in range(self.paths):
                paths.append(_sample(step.supernet))
                step.supernet.set_mixture({}, paths[-1])
                losses.append(float(step.alpha_loss()))
        reward = -torch.tensor(losses)
        advantage = (reward - reward.mean()) / reward.std().clamp_min(1e-6)
        advantage = advantage.clamp(-MAX_ADVANTAGE, MAX_ADVANTAGE)
        logs = {name: alpha.log_softmax(0) for name, alpha in step.supernet.alphas.items()}
        chosen = torch.stack([torch.stack([logs[name][i] for name, i in path.items()]).sum() for path in paths])
        entropy: Tensor = torch.stack([-(log.exp() * log).sum() for log in logs.values()]).sum()
        objective = -(advantage * chosen).mean() - self.entropy * entropy
        set_gradients(step.supernet, alpha_gradients(step.supernet, objective))
        return -float(reward.mean())


def _sample(supernet: Supernet) -> dict[str, int]:
    """One operation per choice, by the softmax of its alphas."""
    return {name: int(torch.multinomial(alpha.detach().softmax(0), 1)) for name, alpha in supernet.alphas.items()}


ENTRY = OneShot("a policy over single paths, learned by policy gradient", EnasConfig, Enas)
