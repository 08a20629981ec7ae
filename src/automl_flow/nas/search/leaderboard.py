"""The trials of a search as a table."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pandas as pd

from automl_flow.nas.search.successive_halving import ranked

if TYPE_CHECKING:
    from automl_flow.nas.search.result import NasResult


def leaderboard(result: NasResult) -> pd.DataFrame:
    """A row per trial: the winner, the others, those that were trained longest first, by score; then the failed ones.

    Columns: trial, score, epochs, parameters (of one network), flops, seconds, state, cause, winner, architecture
    (JSON).
    """
    order = sorted(ranked(result.records), key=lambda record: record.number != result.best)
    rest = [record for record in result.records if record not in order]
    rows = [
        {
            "trial": record.number,
            "score": result.metric.from_loss(record.values[0]) if record.values else float("nan"),
            "epochs": record.attrs.get("epochs", 0),
            "parameters": record.attrs.get("parameters"),
            "flops": record.attrs.get("flops"),
            "seconds": round(record.seconds, 2),
            "state": record.state,
            "cause": record.cause or "",
            "winner": record.number == result.best,
            "architecture": json.dumps(dict(record.params), sort_keys=True),
        }
        for record in [*order, *rest]
    ]
    return pd.DataFrame(rows)
