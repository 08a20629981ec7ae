"""What a task may say about its feature engineering."""

from __future__ import annotations

from pydantic import Field

from automl_flow.core.config import Config


class FeatureConfig(Config):
    """Which features are proposed, and when one is good enough to be kept.

    Attributes:
        enabled: ``false`` makes no features and drops no columns.
        makers: Names of the makers that may propose; ``None`` means all.
        select: Whether columns that carry no more than noise are dropped where models are better for it.
        max_features: Features that may be kept, in all.
        strong: How many of the strongest columns are combined with each other.
        min_gain: Least decrease of the loss, relative to the loss without the feature.
        noise_factor: The mean gain must exceed this many standard errors over the folds.
        max_evaluations: Model fits that may be spent; this, not the clock, bounds the work.
        max_rows: Rows that judging looks at; fewer on wide tables.
        folds: Folds that judging uses, at most.
        seconds: Safety stop: proposals that are left when it is reached are not judged.
        seed: For the sample of rows and the judging models.
    """

    enabled: bool = True
    makers: list[str] | None = None
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
