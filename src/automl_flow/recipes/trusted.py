"""Types that a saved preprocessor holds beyond those that skops trusts by itself."""

from __future__ import annotations

_OURS = "automl_flow.recipes.transformers"

TRUSTED_TYPES: tuple[str, ...] = (
    f"{_OURS}.as_floats.AsFloats",
    f"{_OURS}.calendar_parts.CalendarParts",
    f"{_OURS}.label_ranks.LabelRanks",
    f"{_OURS}.normal_quantiles.NormalQuantiles",
    f"{_OURS}.one_hot_labels.OneHotLabels",
    f"{_OURS}.pooled_labels.PooledLabels",
    f"{_OURS}.robust_clip.RobustClip",
    f"{_OURS}.target_means.TargetMeans",
    f"{_OURS}.text_components.TextComponents",
    f"{_OURS}.typed_columns.TypedColumns",
    "numpy.dtype",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.StratifiedKFold",
)
