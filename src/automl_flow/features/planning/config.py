"""Settings of feature engineering."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from pydantic import Field

from automl_flow.core.config import Config


class FeatureConfig(Config):
    """Which features are proposed, and which of them are kept.

    Attributes:
        enabled: ``false`` makes no features and drops no columns.
        generators: Names of the feature generators that may propose; ``None`` means all.
        select: Whether columns that carry no more than noise are dropped where models are better for it.
        max_features: Maximum number of features that are kept.
        strong: How many of the strongest columns are combined with each other.
        min_gain: Minimum decrease of the loss, relative to the loss without the feature.
        noise_factor: The mean gain must exceed this many standard errors over the folds.
        max_evaluations: Maximum number of model fits; this, not the clock, bounds the work.
        max_rows: Maximum number of rows of the sample that proposals are evaluated on; fewer on wide tables.
        folds: Maximum number of folds.
        seconds: Hard limit: proposals that are left when it is reached are not evaluated.
        seed: Seed of the sample of rows and of the proxy models.
    """

    renamed: ClassVar[Mapping[str, str]] = {"makers": "generators"}

    enabled: bool = True
    generators: list[str] | None = None
    select: bool = True
    max_features: int = Field(default=100, ge=0, le=100_000)
    strong: int = Field(default=6, ge=2, le=50)
    min_gain: float = Field(default=0.0005, ge=0, le=1e12)
    noise_factor: float = Field(default=1.5, ge=0, le=1e12)
    max_evaluations: int = Field(default=150, ge=0, le=1_000_000)
    max_rows: int = Field(default=10_000, ge=100, le=10**9)
    folds: int = Field(default=5, ge=2, le=20)
    seconds: float | None = Field(default=None, gt=0, le=1e9)
    seed: int = Field(default=42, ge=-(2**63), lt=2**63)
