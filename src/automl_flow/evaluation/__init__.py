"""Evaluation on the holdout: scores with intervals, comparison, calibration, fairness, explanation, robustness."""

from __future__ import annotations

from automl_flow.evaluation.baselines import LIGHTGBM, PRIOR, baselines
from automl_flow.evaluation.config import EvaluationConfig
from automl_flow.evaluation.evaluate import MODEL, evaluate
from automl_flow.evaluation.evaluation import Evaluation
from automl_flow.evaluation.intervals import Comparison, Interval

__all__ = [
    "LIGHTGBM",
    "MODEL",
    "PRIOR",
    "Comparison",
    "Evaluation",
    "EvaluationConfig",
    "Interval",
    "baselines",
    "evaluate",
]
