"""Networks of a search by their size and their score, for ``dvc plots``."""

from __future__ import annotations

import pandas as pd

from automl_flow.study.history import SearchHistory
from automl_flow.tasks.metrics import get_metric
from automl_flow.tasks.spec import TaskSpec

COLUMNS = ("trial", "parameters", "score", "epochs", "on_front")


def tabulate_networks(nas_trials: SearchHistory, task: TaskSpec) -> pd.DataFrame:
    """Return the trials that ended well, by size.

    Scores after fewer epochs do not compare with those after more: a network is on the front when it was trained as
    long as any, and no smaller or equally small one that was so has a score that is as good or better.

    Returns:
        Columns trial, parameters (of one network), score (by the task's metric), epochs, on_front (``yes`` or ``no``).
    """
    metric = get_metric(task.metric_name, task.problem)
    measured = [
        (record.number, int(record.attrs["parameters"]), float(record.values[0]), int(record.attrs["epochs"]))
        for record in nas_trials.records
        if record.state == "complete" and record.values and "parameters" in record.attrs
    ]
    longest = max((epochs for *_, epochs in measured), default=0)
    best = float("inf")
    rows = []
    for number, parameters, loss, epochs in sorted(measured, key=lambda row: (row[1], row[2], row[0])):
        on_front = epochs == longest and loss < best
        rows.append((number, parameters, metric.from_loss(loss), epochs, "yes" if on_front else "no"))
        best = min(best, loss) if epochs == longest else best
    return pd.DataFrame(rows, columns=list(COLUMNS)).round({"score": 10})
