"""What every worker of a tabular search needs; the fork server imports it once, and workers inherit it.

Importing a library starts no threads, so that it is safe to fork afterwards.
"""

from __future__ import annotations

import importlib
import importlib.util

from automl_flow.search import objective, storage

_LIBRARIES = (
    "sklearn.compose",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.metrics",
    "sklearn.neighbors",
    "sklearn.pipeline",
    "lightgbm",
    "xgboost",
)

__all__ = ["objective"]

for library in _LIBRARIES:
    if importlib.util.find_spec(library) is not None:
        importlib.import_module(library)
storage.prepare()
