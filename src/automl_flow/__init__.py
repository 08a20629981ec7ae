"""AutoML and neural architecture search for tables, images and sequences: the public Python API.

Names are imported on first use, so that ``import automl_flow`` is fast.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from automl_flow.version import __version__

if TYPE_CHECKING:
    from automl_flow.estimators.image import ImageClassifier, ImageRegressor
    from automl_flow.estimators.load import load_model
    from automl_flow.estimators.sequence import SequenceClassifier
    from automl_flow.estimators.tabular import AutoMLClassifier, AutoMLRegressor
    from automl_flow.tasks.metrics import make_metric

_HOMES = {
    "AutoMLClassifier": "automl_flow.estimators.tabular",
    "AutoMLRegressor": "automl_flow.estimators.tabular",
    "ImageClassifier": "automl_flow.estimators.image",
    "ImageRegressor": "automl_flow.estimators.image",
    "SequenceClassifier": "automl_flow.estimators.sequence",
    "load_model": "automl_flow.estimators.load",
    "make_metric": "automl_flow.tasks.metrics",
}

__all__ = [
    "AutoMLClassifier",
    "AutoMLRegressor",
    "ImageClassifier",
    "ImageRegressor",
    "SequenceClassifier",
    "__version__",
    "load_model",
    "make_metric",
]


def __getattr__(name: str) -> Any:
    """Import a public name from the module that defines it."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """Names that tab completion shows."""
    return sorted(__all__)
