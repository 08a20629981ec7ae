"""Feature generators: new columns computed before encoding. One generator is one file.

:func:`plan_features` evaluates what every generator proposes by its out-of-fold gain, and keeps what helps. The plan is
a document; its generators are fitted inside each fold, as part of the preprocessor.
"""

from __future__ import annotations

from automl_flow.features.generator import GENERATORS, FeatureContext, FeatureGenerator, Proposal
from automl_flow.features.planning.config import FeatureConfig
from automl_flow.features.planning.plan import FeaturePlan, PlannedFeatures
from automl_flow.features.planning.planner import plan_features

__all__ = [
    "GENERATORS",
    "FeatureConfig",
    "FeatureContext",
    "FeatureGenerator",
    "FeaturePlan",
    "PlannedFeatures",
    "Proposal",
    "plan_features",
]
