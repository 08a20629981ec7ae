"""Modules that every worker of a tabular search imports before its first job.

Importing a library starts no threads, so that the fork server can do it too.
"""

from __future__ import annotations

import importlib

from automl_flow.core.modules import hidden
from automl_flow.core.registry import Registry
from automl_flow.models.family import ModelFamily
from automl_flow.serialization import skops
from automl_flow.tabular.fitting import objective

_LIBRARIES = ("sklearn.compose", "sklearn.metrics", "sklearn.pipeline")

__all__ = ["objective"]

with hidden("IPython"):  # CatBoost would import it for its plots in notebooks: 20 MB, and most of a second
    # A registry of its own: a worker that is forked from here looks for the users' families where its parent does then.
    families = Registry[ModelFamily]("automl_flow.models", "model family").available().values()
    for library in (*_LIBRARIES, *dict.fromkeys(module for family in families for module in family.preload)):
        importlib.import_module(library)
skops.prepare()
