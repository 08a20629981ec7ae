"""Selection of the winner: finalists are trained again, and the reference network wins unless it is clearly beaten."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from automl_flow.nas.search.context import SearchContext
from automl_flow.nas.search.objective import NetworkFacts
from automl_flow.nas.search.successive_halving import REFERENCE
from automl_flow.study.trial import TrialRecord


def best_mean(chosen: Sequence[TrialRecord], again: Sequence[TrialRecord]) -> TrialRecord:
    """The finalist with the smallest mean loss of its two trainings; one whose second failed counts by its first.

    Args:
        chosen: The finalists.
        again: The same trials, trained from other seeds.
    """
    second = {record.number: record for record in again}

    def mean(record: TrialRecord) -> tuple[float, int]:
        losses = [r.values[0] for r in (record, second.get(record.number)) if r is not None and r.values]
        return (sum(losses) / len(losses), record.number)

    return min(chosen, key=mean)


def one_standard_error(context: SearchContext, order: Sequence[TrialRecord], best: TrialRecord) -> TrialRecord:
    """Return *best*, or the reference network where *best* is not ahead of it by a standard error.

    The best of many trials is the luckiest one too, and of a few dozen samples luck decides (the one-standard-error
    rule, Breiman et al. 1984, on the differences of each sample's loss).

    Args:
        context: Has the validation samples, and the trials' predictions for them.
        order: Finished trials.
        best: The one that would be taken.
    """
    reference = next((record for record in order if record.number == REFERENCE), None)
    if reference is None or _epochs(reference) < _epochs(best):
        return best
    y, weight = context.validation
    gains = _losses(context, reference, y) - _losses(context, best, y)
    share = np.full(len(y), 1.0 / len(y)) if weight is None else weight / weight.sum()
    mean = float(share @ gains)
    return best if mean > np.sqrt(share**2 @ (gains - mean) ** 2) else reference


def _epochs(record: TrialRecord) -> int:
    facts = NetworkFacts.of(record)
    return 0 if facts is None else facts.epochs


def _losses(context: SearchContext, record: TrialRecord, y: NDArray[np.generic]) -> NDArray[np.float64]:
    """Loss of each validation sample: its deviance."""
    predicted = context.read_predictions(record.number)
    return context.problem_type.deviance(y, predicted.astype(np.float64))
