"""Early stopping of boosters and networks: no gain for a while, or no time left."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from automl_flow.models.family import FitContext


@dataclass
class StopRule:
    """Follows the validation loss of an iterative learner.

    Attributes:
        context: Holds the soft deadline.
        patience: Steps without a new best after which to stop.
        best_loss: Smallest loss so far.
        best_step: Step (from 0) at which it was reached.
        cut_short: The deadline ended it.
    """

    context: FitContext
    patience: int
    best_loss: float = field(default=math.inf, init=False)
    best_step: int = field(default=0, init=False)
    cut_short: bool = field(default=False, init=False)

    def update(self, step: int, loss: float | None) -> bool:
        """Take in the loss after *step* (``None``: there are no validation rows) and say whether to stop."""
        if loss is None:
            self.best_step = step
        elif loss < self.best_loss:
            self.best_loss, self.best_step = loss, step
        if self.context.out_of_time():
            self.cut_short = True
            return True
        return step - self.best_step >= self.patience
