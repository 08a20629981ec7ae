"""A runner of this process: for tests that look at results and not at processes."""

from __future__ import annotations

import random
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


class Shuffling(InlineRunner):
    """Ends the jobs that it was given one by one, in a random order; those that raise, as a worker would."""

    def __init__(self, n_jobs: int, context: Any = None, seed: int = 0) -> None:
        super().__init__(RunnerSettings(n_jobs=n_jobs), context or {})
        self.random, self.waiting, self.most = random.Random(seed), {}, 0  # noqa: S311 - no secret
        self.submitted: list[Function] = []

    def submit(self, function: Function, job: Any, limits: Limits, affinity: str | None = None) -> Handle:
        handle = Done(Outcome(None, None, "", 0.0, 0.0), done=False)
        self.waiting[handle] = (function, job)
        self.submitted.append(function)
        self.most = max(self.most, len(self.waiting))
        return handle

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        handle = self.random.choice(list(self.waiting))
        function, job = self.waiting.pop(handle)
        try:
            handle.result = Outcome(function(self.context, job), None, "", 0.25, 1.0)
        except ValueError as error:
            handle.result = Outcome(None, "implementation", str(error), 0.25, 1.0)
        handle.done = True


def make_inline_runner(backend: str, settings: RunnerSettings) -> Runner:
    """Stands in for :func:`automl_flow.execution.backends.make_runner`."""
    return InlineRunner(settings)
