"""Settings of the evaluation on the holdout."""

from __future__ import annotations

from pydantic import Field

from automl_flow.core.config import Config


class EvaluationConfig(Config):
    """Settings of the evaluation stage.

    Attributes:
        bootstrap: Resamples of the holdout for the intervals; the width of an interval does not depend on it,
            its steadiness does.
        confidence: Coverage of the intervals.
        bins: Bins of the calibration curve, of equal numbers of rows.
        smallest_group: Rows from which a group is evaluated; of smaller ones only the rows are counted.
        repeats: How often all rows of a small table (fewer than 500) are divided into folds in which the chosen
            ensemble is fitted again; 0 leaves that out.
        explain: Measure the importance of the features by permutation.
        robustness: Score again with values taken away, labels swapped and noise put in.
        row_predictions: Rows that explanation and robustness may each have predicted in total; it bounds their
            cost whatever the number of columns.
    """

    bootstrap: int = Field(default=300, ge=50, le=10_000)
    confidence: float = Field(default=0.95, gt=0.5, lt=1)
    bins: int = Field(default=10, ge=2, le=50)
    smallest_group: int = Field(default=20, ge=1, le=10**9)
    repeats: int = Field(default=3, ge=0, le=20)
    explain: bool = True
    robustness: bool = True
    row_predictions: int = Field(default=50_000, ge=1000, le=10**9)
