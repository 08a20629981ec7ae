"""Too few rows, in all or for the number of features."""

from __future__ import annotations

from automl_flow.checks.finding import Check, Finding
from automl_flow.checks.view import TableView

_FEW = 200
_PER_FEATURE = 5


def _run(view: TableView) -> list[Finding]:
    table = view.table
    n_rows, n_features = len(table), len(view.features)
    if n_rows == 0 or (n_rows >= _FEW and n_rows >= _PER_FEATURE * n_features):
        return []
    return [
        Finding(
            "few_rows",
            "warning",
            (),
            f"{n_rows} rows for {n_features} features: scores will be uncertain and easy to overfit",
            "Read the intervals rather than the scores; repeat the folds (preprocessing.split.repeats).",
        )
    ]


ENTRY = Check("Few rows in all, or for the number of features", _run)
