"""Refits: fitting the chosen candidates on all rows."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from automl_flow.execution.outcome import Limits, Outcome
from automl_flow.execution.runner import Handle
from automl_flow.execution.store import ResultStore
from automl_flow.study.budget import Clock
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.fitting.fold_models import is_stored, layer_store, model_store, write_fold_model
from automl_flow.tabular.fitting.objective import TrialContext, fit_model
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS
from automl_flow.tabular.schedule import REFIT_SLOWDOWN
from automl_flow.tabular.session.session import SearchSession

logger = logging.getLogger("automl_flow")


@dataclass(frozen=True)
class RefitJob:
    """One fit on all rows on its way to a worker.

    Attributes:
        candidate: What to fit.
        copy: Which of its fits on all rows; each has a seed of its own.
    """

    candidate: Candidate
    copy: int


@dataclass(frozen=True)
class Refitted:
    """Models that were fitted on all rows.

    Attributes:
        copies: How many there are, by the candidate's number.
        interrupted: The user stopped it.
    """

    copies: Mapping[int, int]
    interrupted: bool = False


def refit(
    session: SearchSession,
    candidates: Sequence[Candidate],
    *,
    copies: Mapping[int, int],
    seconds: float | None,
    took: Mapping[int, float],
) -> Refitted:
    """Fit candidates on all rows, as long as they took on the folds, and store the models in the state folder.

    All members come before the second model of any. What does not end in time is left out. Ctrl-C ends the time.

    Args:
        session: The search that found them.
        candidates: What to fit, the most important first.
        copies: Models of each candidate, by its number.
        seconds: Time for all of it; ``None`` is no limit.
        took: Seconds of the candidates' trials, by number; what cannot end in time is not begun.

    Returns:
        How many of the models are there, and whether the user stopped it.

    Raises:
        StorageError: The disk is full, or the state folder cannot be written to.
    """
    store, runner, clock = session.store, session.runner, Clock(seconds)
    waiting = deque(job for job in _in_turns(candidates, copies) if not _is_there(store, job.candidate, job.copy))
    running: dict[Handle, Candidate] = {}
    interrupted = False
    try:
        while waiting or running:
            while waiting and len(running) < runner.settings.n_jobs:
                job = waiting.popleft()
                if REFIT_SLOWDOWN * took.get(job.candidate.number, 0.0) / len(session.problem.folds) <= clock.left:
                    left = None if clock.seconds is None else clock.left
                    allowed = Limits(None, session.config.memory_limit, left)
                    running[runner.submit(fit_all_rows, job, allowed)] = job.candidate
            runner.wait_any(running, None)
            for handle in [handle for handle in running if handle.done]:
                _check(handle.outcome(), running.pop(handle))
    except KeyboardInterrupt:
        interrupted = True
    finally:
        for handle in running:
            handle.cancel()
    stored = {candidate.number: _stored(store, candidate, copies[candidate.number]) for candidate in candidates}
    return Refitted(stored, interrupted)


def fit_all_rows(context: TrialContext, job: RefitJob) -> None:
    """Fit one candidate on all rows and store the model; runs in a worker."""
    candidate = job.candidate
    family = context.families[candidate.family]
    iterations = round(median(candidate.iterations)) if candidate.iterations else None
    part, _ = fit_model(
        context,
        family,
        candidate.params,
        ALL_ROWS,
        base_models=candidate.base_models,
        copy=job.copy,
        iterations=iterations,
    )
    write_fold_model(model_store(layer_store(context.store, candidate.base_models), candidate.number), part, family)


def _check(outcome: Outcome, candidate: Candidate) -> None:
    """Log a failed fit; the candidate has other models, so this is no reason to stop, unless the disk is full."""
    outcome.check_storage()
    if outcome.cause not in (None, "timeout"):
        logger.warning("fitting %s on all rows failed (%s): %s", candidate.name, outcome.cause, outcome.message)


def _in_turns(candidates: Sequence[Candidate], copies: Mapping[int, int]) -> Iterator[RefitJob]:
    for copy in range(max(copies.values(), default=0)):
        yield from (RefitJob(candidate, copy) for candidate in candidates if copy < copies[candidate.number])


def _stored(store: ResultStore, candidate: Candidate, wanted: int) -> int:
    """Models that are there without a gap: a later one may have ended well where an earlier one did not."""
    missing = (copy for copy in range(wanted) if not _is_there(store, candidate, copy))
    return next(missing, wanted)


def _is_there(store: ResultStore, candidate: Candidate, copy: int) -> bool:
    return is_stored(layer_store(store, candidate.base_models), candidate.number, ALL_ROWS, copy)
