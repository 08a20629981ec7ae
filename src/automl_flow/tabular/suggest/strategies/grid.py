"""Grid search: low, middle and high of every parameter, in a random order."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

import numpy as np
from optuna.trial import FixedTrial

from automl_flow.core.seeds import generator
from automl_flow.models.family import FitContext, ModelFamily, Params
from automl_flow.study.distributions import levels
from automl_flow.tabular.suggest.samplers import random_sampler
from automl_flow.tabular.suggest.strategy import InitialConfig, Strategy

_MAX_POINTS = 10_000  # of one family's grid; of a larger one as many are drawn


def initial(families: Mapping[str, ModelFamily], context: FitContext, seed: int) -> tuple[InitialConfig, ...]:
    """All combinations of low, middle and high values, families taking turns, each family's in a random order.

    The order is random so that a search which is cut off has seen all of the space, not one corner of it.
    """
    lists = [
        [InitialConfig(name, point) for point in _points(families[name], context, seed)] for name in sorted(families)
    ]
    return tuple(start for row in itertools.zip_longest(*lists) for start in row if start is not None)


def _points(family: ModelFamily, context: FitContext, seed: int) -> list[Params]:
    probe = FixedTrial(dict(family.portfolio(context)[0]))
    family.suggest(probe, context)
    names = list(probe.distributions)
    values = [levels(distribution) for distribution in probe.distributions.values()]
    sizes = [len(options) for options in values]
    rng = generator(seed, "grid", family.name)
    total = int(np.prod(sizes))
    chosen = rng.permutation(total) if total <= _MAX_POINTS else np.unique(rng.integers(total, size=_MAX_POINTS))
    return [
        {
            name: options[int(i)]
            for name, options, i in zip(names, values, np.unravel_index(int(point), sizes), strict=True)
        }
        for point in rng.permutation(chosen)
    ]


ENTRY = Strategy(about="grid search", sampler=random_sampler, initial=initial, finite=True)
