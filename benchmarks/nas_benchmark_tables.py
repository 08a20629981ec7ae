"""Tables of NAS benchmarks: the results of a sampler on a space of which every architecture has been trained.

A table has a row per architecture: columns of choices, a signal that the search may see (such as the accuracy after a
few epochs), and a report that it may not (the accuracy in the end).
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import optuna
import pandas as pd
from optuna.distributions import CategoricalDistribution
from optuna.samplers import BaseSampler
from optuna.trial import TrialState

from automl_flow.core.errors import DataError, nearest

ASKS = 20  # per evaluation, since an architecture that is known already costs nothing
PREFIXES = ("edge_", "choice_")


@dataclass(frozen=True)
class BenchmarkTable:
    """All architectures of a space with their results.

    Attributes:
        space: A categorical distribution per choice.
        results: (signal, report) of each architecture, by its choices in the order of *space*.
        maximize: Whether greater is better, for both numbers.
    """

    space: Mapping[str, CategoricalDistribution]
    results: Mapping[tuple[str, ...], tuple[float, float]]
    maximize: bool = True

    @property
    def best_by_signal(self) -> float:
        """Report of the architecture with the best signal: what a perfect search ends with."""
        sign = 1.0 if self.maximize else -1.0
        return max(self.results.values(), key=lambda result: sign * result[0])[1]

    def key(self, params: Mapping[str, str]) -> tuple[str, ...]:
        """The architecture that *params* name."""
        return tuple(params[name] for name in self.space)


@dataclass(frozen=True)
class TableRun:
    """A search on a table.

    Attributes:
        curve: Report of the best architecture by signal after 1, 2, … evaluations; the last one is repeated when the
            sampler found nothing new any more.
        repeats: Asks for architectures that were known already.
        ask_seconds: Median time of the last twenty asks.
    """

    curve: tuple[float, ...]
    repeats: int
    ask_seconds: float


def read_benchmark(
    path: Path, *, signal: str, report: str, choices: Sequence[str] = (), maximize: bool = True
) -> BenchmarkTable:
    """Read a table from CSV (compressed if its name says so).

    Args:
        path: The file.
        signal: Column that the search sees.
        report: Column that counts.
        choices: Columns of choices; by default those that begin with ``edge_`` or ``choice_``.
        maximize: Whether greater is better.

    Raises:
        DataError: The file or a column does not exist, there are no rows, two rows are the same architecture, or a
            result is not a number.
    """
    if not path.is_file():
        raise DataError(f"benchmark table {path} does not exist")
    header = [str(column) for column in pd.read_csv(path, nrows=0).columns]
    names = list(choices) or [column for column in header if column.startswith(PREFIXES)]
    if not names:
        raise DataError(f"{path}: no column of choices begins with {' or '.join(PREFIXES)}")
    for column in (*names, signal, report):
        if column not in header:
            raise DataError(f"{path}: there is no column {column!r}{nearest(column, header)}")
    frame = pd.read_csv(path, dtype=dict.fromkeys(names, str), keep_default_na=False)
    numbers = frame[[signal, report]].apply(pd.to_numeric, errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~np.isfinite(numbers).all(axis=1))
    if len(frame) == 0 or len(bad):
        raise DataError(f"{path}: {signal!r} and {report!r} must be numbers; rows: {bad[:5].tolist() or 'none'}")
    keys = list(frame[names].itertuples(index=False, name=None))
    if len(set(keys)) < len(keys):
        again = np.flatnonzero(frame.duplicated(names))
        raise DataError(f"{path}: rows {again[:5].tolist()} repeat an architecture")
    space = {name: CategoricalDistribution(sorted(frame[name].unique())) for name in names}
    results = {key: (float(s), float(r)) for key, (s, r) in zip(keys, numbers, strict=True)}
    return BenchmarkTable(space, results, maximize)


def search_table(
    table: BenchmarkTable,
    sampler: BaseSampler,
    evaluations: int,
    enqueue: Sequence[Mapping[str, str]] = (),
) -> TableRun:
    """Search a table until *evaluations* different architectures were looked up.

    Args:
        table: The benchmark.
        sampler: Any Optuna sampler. An architecture that is not in the table is a failed trial.
        evaluations: How many results may be seen.
        enqueue: Architectures to begin with.
    """
    study = optuna.create_study(direction="maximize" if table.maximize else "minimize", sampler=sampler)
    for params in enqueue:
        study.enqueue_trial(dict(params))
    sign = 1.0 if table.maximize else -1.0
    best, reported = -np.inf, np.nan
    curve: list[float] = []
    seconds: list[float] = []
    known: set[tuple[str, ...]] = set()
    for _ in range(ASKS * evaluations):
        began = time.perf_counter()
        trial = study.ask(dict(table.space))
        seconds.append(time.perf_counter() - began)
        key = table.key(trial.params)
        if key not in table.results:
            study.tell(trial, state=TrialState.FAIL)
            continue
        signal, report = table.results[key]
        study.tell(trial, signal)
        if key in known:
            continue
        known.add(key)
        if sign * signal > best:
            best, reported = sign * signal, report
        curve.append(reported)
        if len(curve) == evaluations:
            break
    asked, found = len(seconds), len(curve)
    curve += [reported] * (evaluations - found)
    return TableRun(tuple(curve), asked - found, float(np.median(seconds[-20:])))
