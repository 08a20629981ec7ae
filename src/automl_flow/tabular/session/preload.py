"""What every worker of a tabular search needs, for it to import before its first job.

Importing a library starts no threads, so that the fork server can do it too.
"""

from __future__ import annotations

import importlib
import importlib.util

from automl_flow.core.imports import hidden
from automl_flow.serialization import skops
from automl_flow.tabular.fitting import objective

_LIBRARIES = (
    "sklearn.compose",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.neighbors",
    "sklearn.pipeline",
    "lightgbm",
    "xgboost",
    "catboost",
)

__all__ = ["objective"]

with hidden("IPython"):  # CatBoost would import it for its plots in notebooks: 20 MB, and most of a second
    for library in _LIBRARIES:
        if importlib.util.find_spec(library) is not None:
            importlib.import_module(library)
skops.prepare()
