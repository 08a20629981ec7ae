"""One-shot strategies: search the relaxed choices of a space on shared weights. One per file.

The file's stem is the strategy's name in YAML; the file exports ``ENTRY``, a
:class:`automl_flow.nas.one_shot.base.OneShot`. A supernet trains once; what it finds are architectures of the same
space that any other strategy searches, and they are validated by training them like all others.
"""

from __future__ import annotations

from automl_flow.core.registry import Registry
from automl_flow.nas.one_shot.base import OneShot, OneShotConfig

STRATEGIES: Registry[OneShot] = Registry("automl_flow.nas.one_shot", "one-shot strategy")

__all__ = ["STRATEGIES", "OneShot", "OneShotConfig"]
