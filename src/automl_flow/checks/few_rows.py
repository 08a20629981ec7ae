"""Too few rows, overall or for the number of features."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext
from automl_flow.checks.finding import Check, Finding

_MIN_ROWS = 200
_MIN_ROWS_PER_FEATURE = 5


def _run(context: CheckContext) -> list[Finding]:
    table = context.table
    n_rows, n_features = len(table), len(context.features)
    if n_rows == 0 or (n_rows >= _MIN_ROWS and n_rows >= _MIN_ROWS_PER_FEATURE * n_features):
        return []
    return [
        Finding(
            "few_rows",
            "warning",
            (),
            f"{n_rows} rows for {n_features} features: scores will be uncertain, and overfitting is likely",
            "Look at the intervals rather than the scores, and repeat the folds (preprocessing.split.repeats).",
        )
    ]


# It says how to read the holdout's scores; fit has no holdout.
ENTRY = Check("Few rows, overall or for the number of features", _run, in_fit=False)
