"""Kedro's settings for this project."""

from __future__ import annotations

import os

from automl_flow.hooks import ProjectHooks
from automl_flow.hooks.conf import ConfLoader

os.environ.setdefault("KEDRO_DISABLE_TELEMETRY", "1")  # before any plugin looks; .telemetry says the same

# Types of datasets, by full name, that the catalog may hold in addition to ours and the harmless ones of Kedro. Name
# only what you trust with what its files hold: a type that reads pickles runs them.
ALLOWED_DATASETS: tuple[str, ...] = ()

HOOKS = (ProjectHooks(),)
DISABLE_HOOKS_FOR_PLUGINS = ("kedro-telemetry",)

CONFIG_LOADER_CLASS = ConfLoader
CONFIG_LOADER_ARGS = {
    "base_env": "base",
    "default_run_env": "local",
    # Another environment changes the keys that it names and keeps their siblings; Kedro's default drops them.
    "merge_strategy": {"parameters": "soft", "globals": "soft"},
}
