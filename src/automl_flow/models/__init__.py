"""Model families, one per file; a file that exports ``ENTRY`` is found by itself."""

from __future__ import annotations

from automl_flow.core.registry import Registry
from automl_flow.models.family import ModelFamily

FAMILIES: Registry[ModelFamily] = Registry("automl_flow.models", "model family")
