"""The candidates of a model-based sampler: near the best trials, random, then near the best scores."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from automl_flow.nas.samplers.surrogates.encoding import Dimension, Matrix, Vector, draw_rows, keys_of
from automl_flow.nas.samplers.surrogates.history import History

N_MUTANTS, N_RANDOM = 200, 200  # mutants of the best trials, random configurations
PARENTS = 10  # best trials that are mutated, and best candidates in every round
ROUNDS, CHILDREN = 3, 10  # rounds of local search on the score, mutants per candidate and round


def best_candidate(history: History, score: Callable[[Matrix], Vector], rng: np.random.Generator) -> Vector:
    """Search for the new configuration with the largest *score*.

    Args:
        history: The study so far; has at least one finished trial.
        score: Rates (n, d) encoded configurations, greater is better. NaN stands for unused parameters.
        rng: Draws the candidates.

    Returns:
        The configuration, (d,), every parameter with a value; a random one when nothing new was found.
    """
    top = np.argsort(-history.utility, kind="stable")[:PARENTS]
    near = history.mutate(history.X[np.resize(top, N_MUTANTS)], rng.integers(1, 4, N_MUTANTS), rng)
    pool = _new(history, np.concatenate([near, draw_rows(history.dimensions, rng, N_RANDOM)]), {})
    if not pool:
        return history.draw_new(rng)
    rows = np.array(list(pool.values()))
    scores = score(rows)
    for _ in range(ROUNDS):
        lead = np.repeat(rows[np.argsort(-scores, kind="stable")[:PARENTS]], CHILDREN, axis=0)
        found = _new(history, history.mutate(lead, np.ones(len(lead), dtype=np.int64), rng), pool)
        if not found:
            break
        pool |= found
        children = np.array(list(found.values()))
        rows, scores = np.concatenate([rows, children]), np.concatenate([scores, score(children)])
    return np.asarray(history.fill(rows[[int(np.argmax(scores))]], rng)[0])


def _new(history: History, rows: Matrix, known: dict[bytes, Vector]) -> dict[bytes, Vector]:
    """Rows, by key, that were never asked for and are not among *known*; unused parameters become NaN."""
    rows = history.effective(rows)
    keyed = zip(keys_of(rows), rows, strict=True)
    return {key: row for key, row in keyed if key not in history.seen and key not in known}


def families(dimensions: tuple[Dimension, ...]) -> list[list[int]]:
    """Columns of the categorical parameters that choose from the same options, two or more each.

    Such parameters are usually the same decision at several places of a network (the operation on each edge, the
    width of each block), so that how often an option occurs tells something about the whole.
    """
    groups: dict[object, list[int]] = {}
    for column, dimension in enumerate(dimensions):
        if dimension.categorical and dimension.levels > 1:
            groups.setdefault(repr(dimension.distribution), []).append(column)
    return [columns for columns in groups.values() if len(columns) > 1]


def counts(X: Matrix, columns: list[int], levels: int) -> Matrix:
    """Counts of each option among the parameters of a family, (n, levels)."""
    occurs = X[:, columns, None] == np.arange(levels)  # (n, family, levels)
    return np.asarray(occurs.sum(axis=1), dtype=float)
