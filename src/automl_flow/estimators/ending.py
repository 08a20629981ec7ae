"""How a fit ends: with what there is to say about it."""

from __future__ import annotations

from collections.abc import Sequence

from automl_flow.study.notes import Note, warn_of


def end_fit(notes: Sequence[Note], *, interrupted: bool) -> None:
    """Warn of serious notes, and pass on an interrupt; to be called when the estimator is usable.

    Raises:
        KeyboardInterrupt: The user pressed Ctrl-C: a loop around ``fit`` has to end, too.
    """
    warn_of(notes)
    if interrupted:
        raise KeyboardInterrupt("fit was interrupted; what was finished by then is in the estimator, which can predict")
