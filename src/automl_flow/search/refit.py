"""Fitting chosen candidates once more, on all rows.

One model of all rows is mostly better than the models of the folds together, each of which lacks a part of them, and
predicts as much faster as there are folds.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from statistics import median
from typing import Any

from automl_flow.execution.local import Handle, LocalRunner
from automl_flow.execution.outcome import Limits
from automl_flow.search.budget import Budget, Clock
from automl_flow.search.candidate import Candidate
from automl_flow.search.family import ModelFamily
from automl_flow.search.members import ALL_ROWS, part_folder, part_name, write_part
from automl_flow.search.objective import PRELOAD, TrialContext, fit_part
from automl_flow.search.problem import TabularProblem

_SHARE, _SHARE_OF_ONE = 0.1, 0.3  # of a search's time for refitting, after several folds and after one
_MORE_ROWS = 1.3  # times as long as on a fold, roughly


def share(problem: TabularProblem) -> float:
    """Share of a search's time that refitting may take: a fit is as long as a trial where trials have one fold."""
    return _SHARE if len(problem.folds) > 1 else _SHARE_OF_ONE


def refit(
    problem: TabularProblem,
    candidates: Sequence[Candidate],
    families: Mapping[str, ModelFamily],
    state: Path,
    *,
    seconds: float | None,
    took: Mapping[int, float],
    limits: Budget,
    threads: int,
) -> None:
    """Fit candidates on all rows, as long as they took on the folds, and store the models in the state folder.

    What does not end in time is left out: such a candidate keeps the models of its folds. Ctrl-C ends the time.

    Args:
        problem: The problem that was searched.
        candidates: What to fit, the most important first.
        families: Families by name.
        state: State folder of the search.
        seconds: Time for all of it; ``None`` is no limit.
        took: Seconds of the candidates' trials, by number; what cannot end in time is not begun.
        limits: Workers, memory and seed.
        threads: Threads of one fit.
    """
    clock = Clock(seconds)
    waiting = deque(c for c in candidates if _MORE_ROWS * took.get(c.number, 0.0) / len(problem.folds) <= clock.left)
    running: list[Handle] = []
    context = TrialContext(problem, families, state, limits.seed, threads)
    with suppress(KeyboardInterrupt), LocalRunner(context, limits.n_jobs, threads, PRELOAD) as runner:
        while (waiting or running) and not clock.expired:
            while waiting and len(running) < limits.n_jobs:
                allowed = Limits(None if seconds is None else clock.left, limits.memory_limit)
                running.append(runner.submit(fit_all_rows, waiting.popleft().to_document(), allowed))
            runner.wait_any(running, None)
            running = [handle for handle in running if not handle.done]


def fit_all_rows(context: TrialContext, document: Mapping[str, Any]) -> None:
    """Fit one candidate on all rows and store the model; runs in a worker."""
    candidate = Candidate.from_document(document)
    family = context.families[candidate.family]
    iterations = round(median(candidate.iterations)) if candidate.iterations else None
    part, _ = fit_part(context, family, candidate.params, ALL_ROWS, iterations=iterations)
    write_part(part_folder(context.state, candidate.number), part_name(ALL_ROWS), part, family)
