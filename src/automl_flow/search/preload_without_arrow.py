"""What :mod:`automl_flow.search.preload` imports, for workers whose tables need no Arrow (:mod:`.arrow`)."""

from __future__ import annotations

from automl_flow.core.imports import hidden

with hidden("pyarrow"):
    from automl_flow.search import preload

__all__ = ["preload"]
