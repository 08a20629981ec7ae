"""Tabular search strategies, one per file; a file that exports ``ENTRY`` is found by itself.

They are not those of ``nas.samplers``: a sampler there draws from one space, whereas a strategy here also chooses the
family, the configurations to begin with and the trials to prune.
"""

from __future__ import annotations

from automl_flow.core.registry import Registry
from automl_flow.tabular.suggest.strategy import Strategy

STRATEGIES: Registry[Strategy] = Registry("automl_flow.tabular.suggest.strategies", "search strategy")
