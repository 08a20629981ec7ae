"""Modules of :mod:`automl_flow.tabular.session.preload` without Arrow, for tables that need none (:mod:`.arrow`)."""

from __future__ import annotations

from automl_flow.core.modules import hidden

with hidden("pyarrow"):
    from automl_flow.tabular.session import preload

__all__ = ["preload"]
