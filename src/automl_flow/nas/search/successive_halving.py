"""Successive halving over epochs: every trial trains a little, the best go on from where they stopped.

Jamieson and Talwalkar 2016. The plain reference network always goes on, so that what wins has beaten it at full length.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace

from automl_flow.nas.search.objective import Arena
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import Metric

SHORTEST = 2  # epochs of the first rung
MOST_RUNGS = 3
MOST_PROMOTED = 8  # trials that go on, which also bounds the checkpoints on disk
AGAIN = 100_000  # added to the number of a trial that is trained anew


def rungs(epochs: int, reduction: int) -> tuple[int, ...]:
    """Epochs after which trials are compared, the last of them the full length.

    Args:
        epochs: Full length.
        reduction: Ratio between rungs; 1 gives one rung.
    """
    stops = [epochs]
    while reduction > 1 and len(stops) < MOST_RUNGS and stops[0] // reduction >= SHORTEST:
        stops.insert(0, math.ceil(stops[0] / reduction))
    return tuple(stops)


def ranked(records: Iterable[TrialRecord]) -> list[TrialRecord]:
    """Finished trials, best first: those that trained longest, then by loss, finer loss and number; no duplicates."""
    complete = [r for r in records if r.state == "complete" and r.values and "duplicate_of" not in r.attrs]

    def order(record: TrialRecord) -> tuple[float, float, float, int]:
        attrs, values = record.attrs, record.values or (0.0,)
        return (-attrs["epochs"], values[0], attrs["loss"], record.number)

    return sorted(complete, key=order)


def promoted(records: Sequence[TrialRecord], reduction: int) -> list[TrialRecord]:
    """The trials that go on: one in *reduction*, at least two, and the reference network, which is trial 0."""
    order = ranked(records)
    best = order[: min(MOST_PROMOTED, max(2, math.ceil(len(order) / reduction)))]
    return best + [record for record in order if record.number == 0 and record not in best]


def merged(records: Sequence[TrialRecord], later: Iterable[TrialRecord], numbers: Sequence[int]) -> list[TrialRecord]:
    """Records with the results of a later rung, whose trial *i* continued trial ``numbers[i]``.

    A continuation that failed leaves its trial as it was.
    """
    by_number = {record.number: record for record in records}
    for record in later:
        number = numbers[record.number]
        if record.state == "complete":
            before = by_number[number]
            seconds, peak = before.seconds + record.seconds, max(before.peak_mb, record.peak_mb)
            by_number[number] = replace(record, number=number, seconds=seconds, peak_mb=peak)
    return [by_number[number] for number in sorted(by_number)]


def describe(record: TrialRecord, metric: Metric) -> str:
    """What progress says of a trial of any rung: its number in the search, its score, and further objectives."""
    number = record.number % AGAIN
    named = f"trial {number}" + (" again" if number != record.number else "")
    if "duplicate_of" in record.attrs:
        return f"{named}: the same network as trial {record.attrs['duplicate_of']}"
    if record.values is None:
        return f"{named} {record.state}: {record.cause or ''}"
    shown = (metric.from_loss(record.values[0]), *record.values[1:])
    return f"{named}: {', '.join(f'{value:.5g}' for value in shown)}"


def epochs_of(stop: int) -> str:
    """A number of epochs in words."""
    return f"{stop} epoch{'' if stop == 1 else 's'}"


def discard(arena: Arena, keep: Iterable[int], numbers: Iterable[int]) -> None:
    """Remove the checkpoints of the trials *numbers* except those to *keep*; predictions stay, for they are small."""
    kept = set(keep)
    for number in numbers:
        if number not in kept:
            for part in range(len(arena.rounds)):
                arena.checkpoint(number, part).unlink(missing_ok=True)
