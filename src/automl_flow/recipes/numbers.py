"""Numbers: scaled and imputed for models that need it, as they are for trees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl_flow.core.config import Config
from automl_flow.recipes.step import Encoding, Impute, Options, Scale, Step, StepSettings
from automl_flow.tasks.profile import ColumnProfile


class NumberOptions(Config):
    """How numbers are scaled, and what replaces missing ones (see ``StepSettings``)."""

    impute: Impute = "auto"
    flags: bool = True
    scale: Scale = "clip"


def build(options: NumberOptions, encoding: Encoding, seed: int) -> Any:
    """Scale first (scalers leave missing values alone), then impute."""
    from sklearn.pipeline import make_pipeline

    from automl_flow.recipes.transformers.as_floats import AsFloats

    scale = options.scale if encoding == "scaled" else "none"
    parts = [_scaler(scale, seed)] if scale != "none" else []
    if encoding == "scaled" or options.impute != "auto":
        parts.append(_imputer(options.impute, scale, flags=options.flags))
    return make_pipeline(*parts, AsFloats())


def _imputer(impute: Impute, scale: Scale, *, flags: bool) -> Any:
    """The imputer; empty columns become 0 and are kept, so that the shape does not depend on the fold."""
    from sklearn.impute import SimpleImputer

    # Scaled columns are centred: 0 is their median (their mean, for "standard"), so it need not be computed again.
    constant = impute == "zero" or (impute == "auto" and scale != "none")
    strategy = "constant" if constant else "median" if impute == "auto" else impute
    fill = 0.0 if constant else None
    return SimpleImputer(strategy=strategy, fill_value=fill, add_indicator=flags, keep_empty_features=True)


def _scaler(scale: Scale, seed: int) -> Any:
    from sklearn.preprocessing import RobustScaler, StandardScaler

    from automl_flow.recipes.transformers.normal_quantiles import NormalQuantiles
    from automl_flow.recipes.transformers.robust_clip import RobustClip

    if scale == "standard":
        return StandardScaler()
    if scale == "robust":
        return RobustScaler()
    if scale == "quantile":
        return NormalQuantiles(seed)
    return RobustClip()


def configure(column: ColumnProfile, settings: StepSettings) -> Options:  # noqa: ARG001 - one signature for all
    """Follow the settings."""
    return {"impute": settings.impute, "flags": settings.missing_flags, "scale": settings.scale}


def describe(options: Mapping[str, Any]) -> str:
    """Describe imputation and scaling, and for which models; options that are not given are not described."""
    always: list[str] = []
    smooth: list[str] = []  # for models other than trees
    if "impute" in options:
        flagged = " and flagged" if options.get("flags") else ""
        how = "" if options["impute"] == "auto" else f" ({options['impute'].replace('_', ' ')})"
        (smooth if options["impute"] == "auto" else always).append(f"missing values imputed{how}{flagged}")
    scale = options.get("scale", "none")
    if scale != "none":
        smooth.append("outliers clipped" if scale == "clip" else f"scaled ({scale})")
    if smooth:
        always.append(f"for models other than trees {', '.join(smooth)}")
    return "; ".join(always)


ENTRY = Step(
    about="Numbers: scaled and imputed for linear models, neighbours and networks; as they are for trees.",
    kind="number",
    options=NumberOptions,
    build=build,
    title="Numeric columns",
    roles=("numeric",),
    configure=configure,
    describe=describe,
    skops_types=(
        "automl_flow.recipes.transformers.as_floats.AsFloats",
        "automl_flow.recipes.transformers.normal_quantiles.NormalQuantiles",
        "automl_flow.recipes.transformers.robust_clip.RobustClip",
    ),
)
