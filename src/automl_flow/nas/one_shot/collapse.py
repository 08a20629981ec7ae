"""Early stopping of the alphas before a supernet collapses into operations that have nothing to learn.

Skips and pools work from the first step, while convolutions wait for their weights, so that a long DARTS search ends in
a cell of skips alone (Liang et al. 2019; Zela et al. 2020).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from automl_flow.nas.one_shot.supernet import Supernet

SETTLED_RATIO = 1.5  # to the probability of the best operation with parameters; below it a preference may be noise


@dataclass
class CollapseStopping:
    """Watches the alphas of a supernet, epoch by epoch, and stops them when they collapse.

    Attributes:
        supernet: The supernet; its alphas are taken for good when the object is made.
        max_share: Share of choices that may settle on an operation without parameters.
        report: What was done; empty as long as there was nothing to do.
    """

    supernet: Supernet
    max_share: float
    report: str = ""
    _good: dict[str, Tensor] = field(init=False)

    def __post_init__(self) -> None:
        self._keep()

    @property
    def stopped(self) -> bool:
        """Whether the alphas collapsed and were stopped."""
        return bool(self.report)

    def update(self, probabilities: Mapping[str, Tensor], epoch: int) -> None:
        """Keep the alphas of *epoch* if they are good; otherwise restore the last good ones and report it."""
        if self.stopped:
            return
        share = settled_share(self.supernet, probabilities)
        if share <= self.max_share:
            self._keep()
            return
        with torch.no_grad():
            for name, alpha in self.supernet.alphas.items():
                alpha.copy_(self._good[name])
        self.report = (
            f"epoch {epoch}: {share:.0%} of the choices settled on operations without parameters, "
            f"{self.max_share:.0%} may; the alphas of epoch {epoch - 1} were kept"
        )

    def _keep(self) -> None:
        self._good = {name: alpha.detach().clone() for name, alpha in self.supernet.alphas.items()}


def settled_share(supernet: Supernet, probabilities: Mapping[str, Tensor]) -> float:
    """Share of choices that clearly prefer an operation without parameters, among those that offer both kinds."""
    settled = [
        float(p[free].max()) > SETTLED_RATIO * float(p[~free].max())
        for name, p in probabilities.items()
        if (free := supernet.parameter_free(name)).any() and not free.all()
    ]
    return sum(settled) / len(settled) if settled else 0.0


def parameter_free_share(supernet: Supernet, paths: Mapping[str, int]) -> float:
    """Share of chosen operations without parameters, among the choices that offer both kinds."""
    free = {name: supernet.parameter_free(name) for name in paths}
    chosen = [bool(free[name][index]) for name, index in paths.items() if free[name].any() and not free[name].all()]
    return sum(chosen) / len(chosen) if chosen else 0.0
