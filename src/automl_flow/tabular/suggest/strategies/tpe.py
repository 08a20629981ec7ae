"""Tree-structured Parzen estimator (Bergstra et al., NeurIPS 2011) within each family, families in turn."""

from __future__ import annotations

from automl_flow.tabular.suggest.samplers import tpe_sampler
from automl_flow.tabular.suggest.strategy import Strategy

ENTRY = Strategy(about="tree-structured Parzen estimator (Optuna)", sampler=tpe_sampler)
