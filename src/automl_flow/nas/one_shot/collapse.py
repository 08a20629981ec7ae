"""The guard against collapse: a supernet's alphas drift to operations that have nothing to learn.

Skips and pools work at once, while convolutions wait for their weights, so that a long search of the DARTS kind ends
in a cell of skips alone (Liang et al. 2019; Zela et al. 2020). The guard stops the alphas before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from automl_flow.nas.one_shot.supernet import Supernet

SETTLED = 1.5  # times the probability of the best operation with parameters: below it a preference may be noise


@dataclass
class Guard:
    """Watches the alphas of a supernet, an epoch at a time.

    Attributes:
        supernet: The supernet; its alphas are good when the guard is made.
        limit: Share of choices that may settle on an operation without parameters.
        report: What it did; empty as long as there was nothing to do.
    """

    supernet: Supernet
    limit: float
    report: str = ""
    _good: dict[str, Tensor] = field(init=False)

    def __post_init__(self) -> None:
        self._keep()

    @property
    def collapsed(self) -> bool:
        """Whether the alphas collapsed and were stopped."""
        return bool(self.report)

    def look(self, probabilities: Mapping[str, Tensor], epoch: int) -> None:
        """Keep the alphas if they are good; else take back those that were, and say so."""
        if self.collapsed:
            return
        share = settled_share(self.supernet, probabilities)
        if share <= self.limit:
            self._keep()
            return
        with torch.no_grad():
            for name, alpha in self.supernet.alphas.items():
                alpha.copy_(self._good[name])
        self.report = (
            f"epoch {epoch}: {share:.0%} of the choices settled on operations without parameters, "
            f"{self.limit:.0%} may; the alphas of epoch {epoch - 1} were kept"
        )

    def _keep(self) -> None:
        self._good = {name: alpha.detach().clone() for name, alpha in self.supernet.alphas.items()}


def settled_share(supernet: Supernet, probabilities: Mapping[str, Tensor]) -> float:
    """Share of choices that clearly prefer an operation without parameters, of those that offer both sorts."""
    settled = [
        float(p[free].max()) > SETTLED * float(p[~free].max())
        for name, p in probabilities.items()
        if (free := supernet.free(name)).any() and not free.all()
    ]
    return sum(settled) / len(settled) if settled else 0.0


def free_share(supernet: Supernet, paths: Mapping[str, int]) -> float:
    """Share of chosen operations without parameters, of the choices that offer both sorts."""
    chosen = [bool(free[paths[name]]) for name in paths if (free := supernet.free(name)).any() and not free.all()]
    return sum(chosen) / len(chosen) if chosen else 0.0
