"""Notes on a tabular search, and the error or constant model when no trial finishes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from automl_flow.core.errors import BudgetError
from automl_flow.study.notes import Note, causes, of_interruption, of_lost_trials
from automl_flow.study.trial import TrialJob, TrialRecord
from automl_flow.tabular.candidate import BASELINE, Candidate, Suggestion
from automl_flow.tabular.fitting.fold_models import read_oof
from automl_flow.tabular.fitting.objective import TrialContext, evaluate
from automl_flow.tabular.result import SearchResult
from automl_flow.tabular.search import choose_families
from automl_flow.tabular.session.session import SearchSession

_ADVICE = {
    "budget": "give the search more time (time_left_for_this_task), or less work (fewer rows, columns or families)",
    "timeout": "raise per_run_time_limit",
    "memory": "raise memory_limit, or lower n_jobs",
    "data": "fix the data as the message says",
    "implementation": "leave out the failing families (families), or fix the data they fail on",
}


def found_nothing(session: SearchSession, result: SearchResult) -> bool:
    """Whether only baseline trials finished, or none, although other families were requested."""
    if any(candidate.family != BASELINE for candidate in result.candidates):
        return False
    return not result.candidates or set(choose_families(session.families, session.config.families)) != {BASELINE}


def constant_only(session: SearchSession, result: SearchResult) -> SearchResult:
    """Return a result without candidates with a constant as its only candidate, if the settings ask for that.

    Raises:
        BudgetError: The settings ask for an error; its text lists the causes, an example of each, and what to change.
        KeyboardInterrupt: The user stopped the search, and nothing finished that could be kept.
    """
    told = nothing_finished(result.records, session.runner.start_seconds)
    if session.config.if_nothing_finished == "error":
        if result.interrupted:
            raise KeyboardInterrupt
        raise BudgetError(told)
    if result.candidates:
        return result
    problem, number = session.problem, len(result.records)
    context = TrialContext(problem, session.families, session.store, session.config.seed, session.config.threads)
    try:
        found = evaluate(context, TrialJob(number, Suggestion(BASELINE, {})))
    except Exception as error:  # the cause that all trials share may hit this one too
        raise BudgetError(f"{told} Fitting a constant failed too: {error}") from error
    constant = Candidate.of(TrialRecord(number, {}, found.values, "complete", attrs=found.attrs))
    return replace(result, candidates=(constant,), oof=np.stack([read_oof(session.store, number)]))


def nothing_finished(records: Sequence[TrialRecord], start_seconds: float | None) -> str:
    """Explain why no trial of a search finished: the causes, and what to change.

    Args:
        records: The trials.
        start_seconds: Seconds until the first worker was ready; ``None`` if none was.
    """
    failed = [record for record in records if record.state == "failed"]
    if not failed:
        told, kinds = "none could be started within the time of the search", ["budget"]
    else:
        told, kinds = causes(failed), sorted({record.cause or "" for record in failed})
    advice = "; ".join(_ADVICE[kind] for kind in kinds if kind in _ADVICE)
    started = "No worker was ready in time"
    if start_seconds is not None:
        started = f"The first worker took {start_seconds:.1f} s to start"
    return (
        f"no trial of the search finished, so there is no model. Of {len(records)} trials: {told}. {started}. "
        f"What helps: {advice}. With if_nothing_finished='constant', a constant is predicted instead, with a warning."
    )


_CONSTANT = (
    "No trial of the search finished: its result is a constant that has learned nothing from the columns and predicts "
    "the class shares, or the mean, of the training rows."
)


def notes_of(
    result: SearchResult, *, constant: bool, interrupted: bool, wanted: Mapping[int, int], fitted: Mapping[int, int]
) -> tuple[Note, ...]:
    """Notes on a search and its ensemble, the most serious first.

    Args:
        result: Result of the search.
        constant: Whether no trial finished and a constant is predicted.
        interrupted: Whether the user stopped the search or a later step.
        wanted: Planned number of refits on all rows, by member number.
        fitted: Number of refits done, by member number.
    """
    lost = of_lost_trials(result.records)
    if constant:
        lost = [Note(" ".join([_CONSTANT, *map(str, lost)]), serious=True)]
    finished = sum(record.state == "complete" for record in result.records)
    notes = [*([of_interruption(finished)] if interrupted and not constant else []), *lost]
    missing = {number: left for number, count in wanted.items() if (left := count - fitted.get(number, 0)) > 0}
    if missing and not interrupted:
        notes.append(
            Note(
                f"The time was over before the ensemble was complete: {sum(missing.values())} of "
                f"{sum(wanted.values())} fits on all rows are missing, and {len(missing)} of its members predict with "
                "fewer models, or with those of the folds."
            )
        )
    notes += [Note(f"The model family {name} was left out: it {why}.") for name, why in sorted(result.left_out.items())]
    return tuple(sorted(notes, key=lambda note: not note.serious))
