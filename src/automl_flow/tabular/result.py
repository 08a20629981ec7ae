"""Result of a tabular search."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.execution.store import ResultStore
from automl_flow.study.study import StudyResult
from automl_flow.study.trial import TrialRecord
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.fitting.fold_models import layer_store, oof_key, read_oof
from automl_flow.tabular.problem import TabularProblem


@dataclass(frozen=True)
class SearchResult:
    """Result of a search.

    Attributes:
        records: All trials, failed ones with their cause.
        candidates: Trials that ended well, best first.
        oof: Their out-of-fold predictions, shape (candidates, covered rows, k), k = 1 in regression.
        rows: The covered rows: positions in the problem's table.
        reproduce: Settings that repeat this search exactly, without a limit in seconds.
        spent: Seconds that it took.
        interrupted: The user stopped it.
        left_out: Families that could not be used, with the reason.
    """

    records: tuple[TrialRecord, ...]
    candidates: tuple[Candidate, ...]
    oof: NDArray[np.float32]
    rows: NDArray[np.int64]
    reproduce: Mapping[str, Any] = field(default_factory=dict)
    spent: float = 0.0
    interrupted: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)


def collect(problem: TabularProblem, study: StudyResult, store: ResultStore, config: SearchConfig) -> SearchResult:
    """The result of the first layer, read from its trials.

    Args:
        problem: The data.
        study: The trials.
        store: Results of the search.
        config: Settings that a repetition needs.
    """
    rows = problem.covered()
    nothing = np.empty((0, len(rows), problem.target.outputs), dtype=np.float32)
    reproduce = {"max_trials": 0, "skip_trials": [], "seed": config.seed, "strategy": config.strategy, "stacking": 0}
    return add_layer(SearchResult((), (), nothing, rows, {**reproduce, "exact": True}), study, store)


def add_layer(
    result: SearchResult, study: StudyResult, store: ResultStore, base_models: tuple[int, ...] = ()
) -> SearchResult:
    """Add the trials of a layer to those of the layer below.

    Args:
        result: What was found so far.
        study: The trials.
        store: Results of the search.
        base_models: What the candidates of the layer read; nothing: they are the first one.
    """
    layer = layer_store(store, base_models)
    complete = (record for record in study.records if record.state == "complete")
    added = [Candidate.of(record) for record in complete if layer.exists(oof_key(record.number))]
    oof = [*result.oof, *(read_oof(layer, candidate.number) for candidate in added)]
    candidates = [*result.candidates, *added]
    order = sorted(range(len(candidates)), key=lambda i: (candidates[i].loss, candidates[i].number))
    known = result.reproduce
    return replace(
        result,
        records=(*result.records, *study.records),
        candidates=tuple(candidates[i] for i in order),
        oof=np.stack([oof[i] for i in order]) if oof else result.oof,
        reproduce={
            **known,
            "max_trials": known["max_trials"] + len(study.records),
            "skip_trials": [*known["skip_trials"], *study.skip_trials],
            "stacking": len(study.records) if base_models else 0,
            "exact": known["exact"] and not any(candidate.cut_short for candidate in added),
        },
        spent=result.spent + study.spent,
        interrupted=result.interrupted or study.interrupted,
    )
