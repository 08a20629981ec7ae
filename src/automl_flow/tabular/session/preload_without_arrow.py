"""What :mod:`automl_flow.tabular.session.preload` imports, for workers whose tables need no Arrow (:mod:`.arrow`)."""

from __future__ import annotations

from automl_flow.core.modules import hidden

with hidden("pyarrow"):
    from automl_flow.tabular.session import preload

__all__ = ["preload"]
