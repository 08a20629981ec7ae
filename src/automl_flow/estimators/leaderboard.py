"""The leaderboard of a tabular search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from automl_flow.study.trial import TrialRecord
from automl_flow.tabular.candidate import TrialFacts
from automl_flow.tasks.spec import TaskSpec

_COLUMNS = (
    "trial",
    "family",
    "layer",
    "score",
    "fold_spread",
    "weight",
    "seconds",
    "state",
    "cause",
    "message",
    "params",
)


def make_leaderboard(records: Sequence[TrialRecord], weights: Mapping[int, float], task: TaskSpec) -> pd.DataFrame:
    """Return one row per trial, best first and failed ones last; trials of layer 2 are stacked models.

    Args:
        records: Trials.
        weights: Ensemble weight by trial number.
        task: Its metric turns losses into scores.
    """
    metric = task.scorer()
    rows = [
        {
            "trial": record.number,
            "family": next(iter(record.params), "").split(".")[0] if facts is None else facts.family,
            "layer": 2 if facts is not None and facts.base_models else 1,
            "score": metric.from_loss(record.values[0]) if record.values else np.nan,
            "fold_spread": float(np.std(facts.fold_losses)) if facts is not None and facts.fold_losses else np.nan,
            "weight": weights.get(record.number, 0.0),
            "seconds": round(record.seconds, 2),
            "state": record.state,
            "cause": record.cause or "",
            "message": record.message.splitlines()[0] if record.message else "",
            "params": {name.split(".", 1)[-1]: value for name, value in record.params.items()},
        }
        for record, facts in ((record, TrialFacts.of(record)) for record in records)
    ]
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    ascending = not metric.greater_is_better
    return table.sort_values("score", ascending=ascending, na_position="last", kind="stable", ignore_index=True)
