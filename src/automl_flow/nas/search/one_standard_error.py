"""Whether few samples are enough to say that a network is better than the plain reference network."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from automl_flow.nas.search.objective import Arena
from automl_flow.study.trial import TrialRecord

REFERENCE = 0  # number of its trial
SMALLEST = 1e-12  # probability


def surest(arena: Arena, order: Sequence[TrialRecord], best: TrialRecord) -> TrialRecord:
    """Return *best*, or the reference network where *best* is not ahead of it by a standard error.

    The best of many trials is the luckiest one too, and of a few dozen samples luck decides (the one-standard-error
    rule, Breiman et al. 1984, with the differences of each sample's loss).

    Args:
        arena: Has what judges the trials, and their predictions for it.
        order: Finished trials.
        best: The one that would be taken.
    """
    plain = next((record for record in order if record.number == REFERENCE), None)
    if plain is None or plain.attrs["epochs"] < best.attrs["epochs"]:
        return best
    y, weight = arena.judges
    gains = _losses(arena, plain, y) - _losses(arena, best, y)
    share = np.full(len(y), 1.0 / len(y)) if weight is None else weight / weight.sum()
    mean = float(share @ gains)
    return best if mean > np.sqrt(share**2 @ (gains - mean) ** 2) else plain


def _losses(arena: Arena, record: TrialRecord, y: NDArray[np.generic]) -> NDArray[np.float64]:
    """Loss of each judging sample: negative log-probability of its class, or squared error."""
    predicted = np.load(arena.predictions(record.number), allow_pickle=False)
    if not arena.classes:
        return np.asarray((predicted[:, 0] - y) ** 2)
    return np.asarray(-np.log(np.maximum(predicted[np.arange(len(y)), y], SMALLEST)))
