"""Successive halving over folds in three brackets (Hyperband: Li et al., JMLR 2018), with TPE within each family."""

from __future__ import annotations

from automl_flow.tabular.suggest.samplers import tpe_sampler
from automl_flow.tabular.suggest.strategy import PruneQuery, Strategy, better_more_often, quantile_thresholds

_REDUCTION = 3  # one trial in three passes a rung


def prune(query: PruneQuery) -> dict[int, float]:
    """Let the best third pass after one and after half of the folds.

    In every third trial only the latter is a rung, in every third none: these are the brackets.
    """
    rungs = [1, (query.n_folds + 1) // 2][query.number % 3 :]
    return quantile_thresholds(query.told, rungs, 1.0 / _REDUCTION)


ENTRY = Strategy(
    about="TPE that prunes weak trials after some folds",
    sampler=tpe_sampler,
    family=better_more_often,
    prune=prune,
)
