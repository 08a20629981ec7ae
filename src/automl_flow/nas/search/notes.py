"""What an architecture search did that one would not expect of it; see :mod:`automl_flow.study.notes`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.one_standard_error import REFERENCE
from automl_flow.study.notes import Note, causes, of_lost_trials
from automl_flow.study.trial import TrialRecord

WHOLE = "all samples"
_ADVICE = {
    "budget": "give the search more time (time_left_for_this_task), or raise the limit that a message names",
    "timeout": "raise per_run_time_limit",
    "memory": "raise memory_limit, or lower n_jobs or batch_size",
    "data": "mend the data that the message speaks of",
    "implementation": "leave out the operations that fail (space_options)",
}


def notes_of(
    records: Sequence[TrialRecord],
    best: TrialRecord,
    *,
    config: NasConfig,
    facts: Mapping[str, Any],
    interrupted: bool,
    last_resort: bool,
) -> tuple[Note, ...]:
    """What there is to say of a search that has a network.

    Args:
        records: Its trials.
        best: The one that won.
        config: What was asked for.
        facts: Of the network that it ended with.
        interrupted: The user stopped it.
        last_resort: The time was over before a trial ended, and the reference network was trained for one epoch then.
    """
    notes = [*_of_its_end(records, config, interrupted=interrupted), *of_lost_trials(records)]
    if last_resort:
        notes.append(
            Note(
                "No trial finished in the time of the search (time_left_for_this_task): the network is the plain "
                "reference network, which was designed by hand; nothing was searched.",
                serious=True,
            )
        )
    elif best.number == REFERENCE:
        notes.append(_of_the_reference(records, best))
    return (*notes, *_of_the_training(best, config, facts))


def _of_its_end(records: Sequence[TrialRecord], config: NasConfig, *, interrupted: bool) -> Iterator[Note]:
    """That it ended before all architectures were tried."""
    finished = sum(record.state == "complete" for record in records)
    whole = sum(record.attrs.get("epochs") == config.epochs for record in records)
    tried = f"{finished} of {config.max_trials}" if config.max_trials else str(finished)
    length = f", {whole} of them for all {config.epochs} epochs" if whole < finished else ""
    if interrupted:
        yield Note(
            f"The search was interrupted (Ctrl-C): {tried} architectures had been tried by then{length}.", serious=True
        )
    elif config.max_trials and len(records) < config.max_trials:
        yield Note(f"The time of the search was over when {tried} architectures had been tried{length}.", serious=True)


def _of_the_reference(records: Sequence[TrialRecord], best: TrialRecord) -> Note:
    others = sum(record.state == "complete" and "duplicate_of" not in record.attrs for record in records) - 1
    return Note(
        f"The search fell back to its plain reference network, which was designed by hand (trial {best.number}): "
        + (f"none of the {others} other networks was surely better." if others else "no other network was tried.")
    )


def _of_the_training(best: TrialRecord, config: NasConfig, facts: Mapping[str, Any]) -> Iterator[Note]:
    """That the final training did not take place, or not with all seeds."""
    if facts["trained_on"] != WHOLE:
        yield Note(
            f"There was no final training on all samples: the network is that of trial {best.number}, trained for "
            f"{facts['epochs']} epochs on a part of them.",
            serious=True,
        )
    elif facts["networks"] < config.final_seeds:
        yield Note(
            f"{facts['networks']} of {config.final_seeds} final trainings finished; the others had no time or failed."
        )


def nothing_trained(records: Sequence[TrialRecord]) -> str:
    """Say that no network was trained, why, and what to change."""
    failed = [record for record in records if record.state == "failed"]
    told = causes(failed) if failed else "no training could be begun in the time of the search"
    kinds = sorted({record.cause or "" for record in failed}) or ["budget"]
    advice = "; ".join(_ADVICE[kind] for kind in kinds if kind in _ADVICE)
    return f"no network could be trained. Of {len(records)} trials: {told}. What helps: {advice}."
