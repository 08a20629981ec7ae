"""Random search: families in turn, parameters at random."""

from __future__ import annotations

from automl_flow.tabular.suggest.samplers import random_sampler
from automl_flow.tabular.suggest.strategy import Strategy

ENTRY = Strategy(about="random search", sampler=random_sampler)
