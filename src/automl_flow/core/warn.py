"""Warnings that point to the line of the user's program that led to them."""

from __future__ import annotations

import sys
import warnings
from types import FrameType

from automl_flow.core.errors import AutoMLFlowWarning

_OURS = __name__.partition(".")[0]
_HERE = 2  # what ``warnings.warn`` calls the frame that called a function of this module


def warn(text: str) -> None:
    """Warn as from the first line outside of this package among those that led here."""
    frame: FrameType | None = sys._getframe(1)
    level = _HERE
    while frame is not None and str(frame.f_globals.get("__name__", "")).partition(".")[0] == _OURS:
        frame, level = frame.f_back, level + 1
    warnings.warn(text, AutoMLFlowWarning, stacklevel=level)
