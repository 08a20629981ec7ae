"""Features: what is made of a table's columns before they are encoded.

:func:`plan_features` lets every maker propose, judges each proposal on its out-of-fold gain, and keeps what helps. The
plan is a document; its makers are fitted inside each fold, as part of the preprocessor. One maker is one file.
"""

from __future__ import annotations

from automl_flow.features.config import FeatureConfig
from automl_flow.features.maker import MAKERS, Evidence, Maker, Proposal
from automl_flow.features.plan import FeaturePlan, PlannedMaker
from automl_flow.features.planner import plan_features
from automl_flow.features.trusted import TRUSTED_TYPES

__all__ = [
    "MAKERS",
    "TRUSTED_TYPES",
    "Evidence",
    "FeatureConfig",
    "FeaturePlan",
    "Maker",
    "PlannedMaker",
    "Proposal",
    "plan_features",
]
