"""Types that a saved preprocessor holds when features are made, beyond those of the recipes."""

from __future__ import annotations

_OURS = "automl_flow.features"

TRUSTED_TYPES: tuple[str, ...] = (
    f"{_OURS}.arithmetic.Arithmetic",
    f"{_OURS}.components.Components",
    f"{_OURS}.crosses.Crosses",
    f"{_OURS}.date_cycles.DateCycles",
    f"{_OURS}.date_differences.DateDifferences",
    f"{_OURS}.frequencies.Frequencies",
    f"{_OURS}.group_aggregates.GroupAggregates",
    f"{_OURS}.missing_counts.MissingCounts",
    f"{_OURS}.row_statistics.RowStatistics",
    f"{_OURS}.similar_labels.SimilarLabels",
    f"{_OURS}.target_encoding.TargetEncoding",
    f"{_OURS}.text_statistics.TextStatistics",
)
