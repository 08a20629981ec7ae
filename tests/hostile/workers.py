"""Workers for tests in which no search begins."""

from __future__ import annotations

from typing import Any, Self


class Idle:
    """Stands where workers would."""

    imports = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def start(self) -> None:
        """Nothing starts."""

    def give(self, context: Any) -> None:
        """Nobody takes it."""
