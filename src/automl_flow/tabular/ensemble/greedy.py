"""Greedy ensemble selection with replacement (Caruana et al., ICML 2004)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.seeds import generator
from automl_flow.models.family import Array
from automl_flow.tasks.metrics import Metric
from automl_flow.tasks.metrics.losses import MIN_PROBABILITY

_PATIENCE = 15  # steps without a gain before stopping
_MAX_ROWS = 30_000  # of the selection; a random sample of as many is drawn from more


@dataclass(frozen=True)
class Selection:
    """A chosen ensemble.

    Attributes:
        weights: Weight of every candidate, shape (candidates,); they add up to 1.
        trajectory: Loss after each step, up to the chosen one; the first is that of the best single candidate.
        loss: Loss of the chosen ensemble on the rows that were looked at.
    """

    weights: Array
    trajectory: tuple[float, ...]
    loss: float

    @property
    def members(self) -> NDArray[np.int64]:
        """Positions of the candidates with a weight, heaviest first."""
        used = np.flatnonzero(self.weights)
        return used[np.argsort(-self.weights[used], kind="stable")]


def greedy_selection(
    oof: NDArray[np.floating],
    y: NDArray[np.generic],
    metric: Metric,
    size: int,
    weight: Array | None = None,
    *,
    work: Sequence[float] | None = None,
    max_work: float = np.inf,
) -> Selection:
    """Add, step by step, the candidate whose share lowers the loss of the mean prediction most.

    A candidate may be added again, which is how weights arise. The result is the best ensemble on the way, so it is
    never worse than the best single candidate. Of equals the earlier candidate is taken.

    Args:
        oof: Out-of-fold predictions, shape (candidates, n, k); k = 1 in regression.
        y: Target of the rows: class codes or values, shape (n,); labels or values of k targets, (n, k).
        metric: What is optimised.
        size: Largest number of steps.
        weight: Sample weights of the rows.
        work: Cost of each candidate at prediction; the sum over the chosen ones is held below *max_work*.
        max_work: See *work*. When no candidate is that cheap, the cheapest one is chosen.
    """
    predictions, y, weight = _sample(np.asarray(oof), np.asarray(y), weight)
    costs = np.zeros(len(predictions)) if work is None else np.asarray(work, dtype=np.float64)
    evaluate = _evaluator(metric, predictions, y, weight)
    counts = np.zeros(len(predictions), dtype=np.int64)
    allowed = costs <= max_work
    if not allowed.any():
        allowed = costs == costs.min()
    trajectory: list[float] = []
    best_counts, best_loss, best_step = counts, np.inf, 0
    total = np.zeros_like(predictions[0], dtype=np.float64)
    for step in range(size):
        open_to = allowed & ((counts > 0) | (costs[counts > 0].sum() + costs <= max_work) | (step == 0))
        losses = np.where(open_to, evaluate(total, step, open_to), np.inf)
        chosen = int(np.argmin(losses))
        counts = counts + np.eye(len(counts), dtype=np.int64)[chosen]
        total += predictions[chosen]
        trajectory.append(float(losses[chosen]))
        if losses[chosen] < best_loss:
            best_counts, best_loss, best_step = counts, float(losses[chosen]), step
        if step - best_step >= _PATIENCE:
            break
    return Selection(best_counts / best_counts.sum(), tuple(trajectory[: best_step + 1]), best_loss)


def _sample(
    oof: NDArray[np.floating], y: NDArray[np.generic], weight: Array | None
) -> tuple[NDArray[np.floating], NDArray[np.generic], Array | None]:
    """Draw rows when there are very many; which ones depends on nothing but their number."""
    if len(y) <= _MAX_ROWS:
        return oof, y, weight
    rows = np.sort(generator(0, "greedy", len(y)).choice(len(y), _MAX_ROWS, replace=False))
    return oof[:, rows], y[rows], None if weight is None else weight[rows]


BINARY = 2
Evaluator = Callable[[Array, int, NDArray[np.bool_]], Array]


def _evaluator(metric: Metric, oof: NDArray[np.floating], y: NDArray[np.generic], weight: Array | None) -> Evaluator:
    """Return a function of (sum of the chosen, their number, candidates to try) that gives the losses with each."""
    if metric.name == "log_loss" and y.ndim == 1:
        chosen = oof[:, np.arange(len(y)), y.astype(np.int64)].astype(np.float64)
        mass = oof.sum(axis=2, dtype=np.float64)

        def log_losses(total: Array, step: int, open_to: NDArray[np.bool_]) -> Array:  # noqa: ARG001
            p = (chosen + total[np.arange(len(y)), y.astype(np.int64)]) / np.maximum(
                mass + total.sum(axis=1), MIN_PROBABILITY
            )
            return np.asarray(np.average(-np.log(np.clip(p, MIN_PROBABILITY, 1.0)), axis=1, weights=weight))

        return log_losses
    if metric.name == "rmse" and y.ndim == 1:
        values = oof[:, :, 0].astype(np.float64)

        def rmses(total: Array, step: int, open_to: NDArray[np.bool_]) -> Array:  # noqa: ARG001
            gap = (values + total[:, 0]) / (step + 1) - y.astype(np.float64)
            return np.asarray(np.sqrt(np.average(gap**2, axis=1, weights=weight)))

        return rmses

    if metric.name == "roc_auc" and y.ndim == 1 and oof.shape[2] == BINARY and weight is None:
        return _ranking_losses(oof, y)

    def losses(total: Array, step: int, open_to: NDArray[np.bool_]) -> Array:
        result = np.full(len(oof), np.inf)
        for candidate in np.flatnonzero(open_to):
            result[candidate] = metric.loss(y, (total + oof[candidate]) / (step + 1), weight)
        return result

    return losses


def _ranking_losses(oof: NDArray[np.floating], y: NDArray[np.generic]) -> Evaluator:
    """The negative area under the ROC curve, from the ranks of the positive rows (Mann and Whitney)."""
    from scipy.stats import rankdata

    positive = y == 1
    n = int(positive.sum())
    pairs = max(n * (len(y) - n), 1)
    chances = oof[:, :, 1].astype(np.float64)

    def losses(total: Array, step: int, open_to: NDArray[np.bool_]) -> Array:  # noqa: ARG001 - one signature for all
        ranks = rankdata(chances + total[:, 1], axis=1)
        return np.asarray(-(ranks[:, positive].sum(axis=1) - n * (n + 1) / 2) / pairs)

    return losses
