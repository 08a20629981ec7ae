"""A runner of this process: for tests that look at results and not at processes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Self

from automl_flow.execution.outcome import Limits, Outcome
from automl_flow.execution.runner import Function, Handle, Runner, RunnerSettings


@dataclass(eq=False)
class Done:
    """A job that has run."""

    result: Outcome
    done: bool = True

    def outcome(self) -> Outcome:
        return self.result

    def cancel(self) -> None:
        pass


class InlineRunner:
    """Runs jobs here and now, without limits."""

    start_seconds: float | None = 0.0

    def __init__(self, settings: RunnerSettings | None = None, context: Any = None) -> None:
        self.settings, self.context = settings or RunnerSettings(), context

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def start(self) -> None:
        pass

    def broadcast(self, context: Any) -> None:
        self.context = context

    def submit(self, function: Function, job: Any, limits: Limits, affinity: str | None = None) -> Handle:
        return Done(Outcome(function(self.context, job), None, "", 0.1, 1.0))

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        pass

    def release(self) -> None:
        pass


def make_inline_runner(backend: str, settings: RunnerSettings) -> Runner:
    """Stands in for :func:`automl_flow.execution.backends.make_runner`."""
    return InlineRunner(settings)
