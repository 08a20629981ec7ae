"""Warm start by zero-cost proxies: many candidates are measured untrained, the most promising are tried first.

Proxies only choose where a search begins, never the winner. Their scores of each trial are kept next to its results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import optuna

from automl_flow.core.seeds import generator
from automl_flow.nas.proxies.measure import correlations, proxy_batch, rank_by_proxies
from automl_flow.nas.search.context import SearchContext, memory_errors, use_one_thread
from automl_flow.nas.search.objective import NetworkFacts
from automl_flow.nas.search.studies import enqueued_only
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Architecture, Space, Value
from automl_flow.study.distributions import draw
from automl_flow.study.study import Search
from automl_flow.study.trial import TrialJob, TrialRecord, TrialResult


@dataclass(frozen=True)
class Candidates:
    """Architectures to rank, on their way to a worker."""

    architectures: tuple[Architecture, ...]


@dataclass(frozen=True)
class ProxyRanking:
    """Ranking of candidates by zero-cost proxies.

    Attributes:
        order: Positions of the candidates, the best first.
    """

    order: tuple[int, ...]

    def to_document(self) -> dict[str, Any]:
        """The ranking as JSON-able values."""
        return {"order": list(self.order)}


def draw_candidates(
    space: Space, shape: DataShape, count: int, seed: int, wanted: Callable[[Mapping[str, Value]], bool]
) -> list[Architecture]:
    """At most *count* different random architectures that are wanted.

    Args:
        space: The search space.
        shape: Shape of the data.
        count: Architectures to draw.
        seed: Seed of the search.
        wanted: Whether parameters are acceptable.
    """
    rng = generator(seed, "screen")
    distributions = space.parameters(shape)
    params = ({name: draw(d, rng) for name, d in distributions.items()} for _ in range(4 * count))
    drawn = (space.architecture(found, shape) for found in params)
    return list({a.key: a for a in drawn if wanted(a.params)}.values())[:count]


def screening(drawn: Sequence[Architecture]) -> Search:
    """A study of one trial that ranks *drawn*."""
    candidates = Candidates(tuple(drawn))

    def suggest(asked: optuna.trial.Trial) -> Candidates:
        asked.suggest_int("candidates", len(drawn), len(drawn))
        return candidates

    def ranked(record: TrialRecord) -> str:
        return f"{len(drawn)} candidates ranked" if record.state == "complete" else f"failed: {record.cause or ''}"

    return Search(
        sampler=enqueued_only,
        suggest=suggest,
        evaluate=evaluate,
        window=1,
        describe=ranked,
    )


def evaluate(context: SearchContext, job: TrialJob[Candidates]) -> TrialResult:
    """Rank candidates by the vote of the proxies; the facts are a :class:`ProxyRanking`.

    Args:
        context: Data and space of the search.
        job: Its suggestion are :class:`Candidates`.
    """
    use_one_thread()
    space, candidates = context.make_space(), job.suggestion
    with memory_errors():
        batch = proxy_batch(context.folds[0].fit, context.shape.kind)
        order, _ = rank_by_proxies(space, context.shape, candidates.architectures, batch, seed=context.seed)
    return TrialResult((0.0,), ProxyRanking(tuple(order)))


def agreement(records: Sequence[TrialRecord]) -> dict[str, dict[str, float]]:
    """Rank correlation of each proxy with the negative loss over the trials that have both."""
    found = [(r.values[0], facts.proxies) for r in records if r.values and (facts := NetworkFacts.of(r)) is not None]
    both = [(loss, proxies) for loss, proxies in found if proxies]
    if not both:
        return {}
    scores = {name: [proxies[name] for _, proxies in both] for name in both[0][1]}
    return correlations(scores, [-loss for loss, _ in both])
