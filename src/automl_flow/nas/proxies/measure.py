"""Proxies measured on networks and candidates: scores, the vote, and the correlation with the metric."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from automl_flow.core.seeds import derive_seed
from automl_flow.nas.proxies import PROXIES
from automl_flow.nas.proxies.base import Proxy

if TYPE_CHECKING:
    from torch import Tensor, nn

    from automl_flow.nas.problem import TrainingData
    from automl_flow.nas.shape import DataShape, Kind
    from automl_flow.nas.spaces.base import Architecture, Space

BATCH_SAMPLES = 32  # that proxies see


def score_network(network: nn.Module, batch: Tensor, targets: Tensor, proxies: Mapping[str, Proxy]) -> dict[str, float]:
    """Measure all *proxies* on one untrained network.

    Args:
        network: Is left as it was.
        batch: (N, …) samples that the network takes.
        targets: (N,) int64 class codes or float32 values.
        proxies: By name.

    Returns:
        A number per proxy; minus infinity where it does not exist, so that such a network comes last.
    """
    scores = {name: proxy.measure(network, batch, targets) for name, proxy in proxies.items()}
    return {name: float(np.nan_to_num(s, nan=-np.inf, posinf=-np.inf, neginf=-np.inf)) for name, s in scores.items()}


def rank_vote(scores: Mapping[str, ArrayLike]) -> NDArray[np.float64]:
    """Mean rank over the proxies, from 0 (worst) to 1 (best), (n,) for n networks with a score per proxy.

    Ranks, not numbers, are added, because the proxies have no common unit (as in Abdelfattah et al. 2021).
    """
    from scipy.stats import rankdata

    table = np.array([np.asarray(values, dtype=float) for values in scores.values()])  # (proxies, n)
    ranks = np.asarray(rankdata(table, axis=1))
    return np.asarray((ranks.mean(axis=0) - 1.0) / max(table.shape[1] - 1, 1))


def correlations(scores: Mapping[str, ArrayLike], measured: ArrayLike) -> dict[str, dict[str, float]]:
    """Rank correlation of each proxy, and of the vote of all, with the metric that training measured.

    Args:
        scores: (n,) numbers per proxy.
        measured: (n,) metric, greater is better; NaN for networks that were not trained or failed.

    Returns:
        Per proxy ``spearman``, ``kendall`` and ``n``. No entry where fewer than three networks are comparable or all
        are alike, because there is no correlation then.
    """
    from scipy.stats import kendalltau, spearmanr

    truth = np.asarray(measured, dtype=float)
    result = {}
    for name, values in {**scores, "vote": rank_vote(scores)}.items():
        number = np.asarray(values, dtype=float)
        use = np.isfinite(number) & np.isfinite(truth)
        if use.sum() < 3 or np.ptp(number[use]) == 0 or np.ptp(truth[use]) == 0:
            continue
        result[name] = {
            "spearman": float(spearmanr(number[use], truth[use]).statistic),
            "kendall": float(kendalltau(number[use], truth[use]).statistic),
            "n": int(use.sum()),
        }
    return result


def rank_by_proxies(
    space: Space,
    shape: DataShape,
    candidates: Sequence[Architecture],
    batch: tuple[Tensor, Tensor],
    *,
    seed: int = 42,
    names: Sequence[str] | None = None,
) -> tuple[list[int], dict[str, list[float]]]:
    """Rank *candidates* by the vote of proxies on their untrained networks.

    Args:
        space: Builds the networks, one at a time.
        shape: Of the data.
        candidates: What to rank.
        batch: Samples (N, …) and targets (N,).
        seed: Seed of the first weights.
        names: Proxies to measure; by default those that vote, and cheap ones.

    Returns:
        Positions in *candidates*, the most promising first (by the vote of the proxies that vote, or of all that were
        named), and the scores by proxy in the order of *candidates*.
    """
    import torch

    chosen = names or [n for n, p in PROXIES.available().items() if p.votes or p.cheap]
    proxies = {name: PROXIES.get(name) for name in chosen}
    rows: list[dict[str, float]] = []
    for candidate in candidates:
        with torch.random.fork_rng():
            torch.manual_seed(derive_seed(seed, "proxy", candidate.key))
            network: Any = space.build(candidate, shape)
        rows.append(score_network(network, *batch, proxies))
    scores = {name: [row[name] for row in rows] for name in proxies}
    voters = {n: s for n, s in scores.items() if names or proxies[n].votes}
    order = np.argsort(-rank_vote(voters), kind="stable")
    return [int(i) for i in order], scores


def measure_cheap_proxies(
    space: Space, architecture: Architecture, shape: DataShape, data: TrainingData, seed: int
) -> dict[str, float]:
    """Scores of an architecture by the proxies that are measured for every trial.

    Args:
        space: Builds the network.
        architecture: Which network.
        shape: Of the data.
        data: Training samples; the first ``BATCH_SAMPLES`` are used.
        seed: Seed of the first weights.

    Returns:
        A number per name of a cheap proxy; see :func:`score_network`.
    """
    from automl_flow.nas.training.loop import seeded

    network = seeded(lambda: space.build(architecture, shape), seed)
    cheap = {name: proxy for name, proxy in PROXIES.available().items() if proxy.cheap}
    return score_network(network, *proxy_batch(data, shape.kind), cheap)


def proxy_batch(data: TrainingData, kind: Kind) -> tuple[Tensor, Tensor]:
    """The first training samples as the network takes them, (N, …), with their targets, (N,)."""
    from automl_flow.nas.training.loop import raw, samples
    from automl_flow.nas.training.normalization import Normalizer

    prepare = Normalizer.fit(data.x, kind)
    x, y = data.x[:BATCH_SAMPLES], data.y[:BATCH_SAMPLES]
    return prepare(raw(x)), samples(x, y).y
