"""Settings of an architecture search."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

from pydantic import Field

from automl_flow.study.budget import Budget

MAX_EPOCHS = 10_000
Objective = Literal["parameters", "flops", "latency"]


class NasConfig(Budget):
    """Settings of a search; the limits are those of every search (see :class:`Budget`).

    Attributes:
        space: Name of a search space; ``auto`` takes ``macro`` for images, ``recurrent`` for sequences, ``tabular`` for
            tables.
        space_options: What the space lets the user restrict or extend.
        strategy: How the space is searched; ``auto`` chooses by its size and the budget. The one-shot strategies
            (``darts``, ``gdas``, ``drnas``, ``enas``) propose architectures that are tried first; a sampler continues
            from there.
        strategy_options: Arguments of the strategy, as its sampler or one-shot search names them.
        objectives: What is minimised next to the metric's loss; with any, the Pareto front of the trials is reported.
            The network that is trained in the end is the one with the best metric all the same.
        epochs: Full length of a trial's training.
        reduction_factor: Successive halving: one trial in ``reduction_factor`` continues to the next rung, which
            trains ``reduction_factor`` times longer; 1 trains every trial to the end.
        final_epochs: Length of the final training on all samples; ``None`` is twice ``epochs``, or up to four times
            where seconds are limited and leave room for it.
        final_seeds: Networks of the chosen architecture that are trained from different seeds; their mean predicts.
        finalists: Best architectures that are trained again, from other seeds, before one of them is taken.
        validation_fraction: Fraction of the training samples that trials are validated on.
        cv_folds: Folds of the training samples; each trial is trained once per fold and validated on all of them. 1
            holds out one fraction, ``None`` does so unless that would be a few samples only.
        batch_size: Samples per step; ``None`` chooses by the number of samples.
        label_smoothing: Fraction of the target distribution that is spread evenly over all classes.
        max_params: Parameters that a candidate may have.
        max_cost: Multiply-adds that a candidate may need for a sample, as a multiple of the plain reference network's.
        max_latency_ms: Milliseconds that a candidate may take for one sample on this machine.
        stop_after: Trials after which a replay ends the search. Unlike ``max_trials`` it is no plan: the strategy and
            its start are not chosen by it.
        continued: Numbers of the trials that a replay trains further, for each later study; the others had no time.
        proxy_candidates: Random architectures that zero-cost proxies rank before the first trial; one trial in four
            starts from the best of them. 0 for none.
    """

    renamed: ClassVar[Mapping[str, str]] = {
        "reduction": "reduction_factor",
        "screen": "proxy_candidates",
        "turns": "cv_folds",
        "valid": "validation_fraction",
    }

    space: str = "auto"
    space_options: dict[str, Any] = Field(default_factory=dict)
    strategy: str = "auto"
    strategy_options: dict[str, Any] = Field(default_factory=dict)
    objectives: tuple[Objective, ...] = ()
    epochs: int = Field(10, ge=1, le=MAX_EPOCHS)
    reduction_factor: int = Field(3, ge=1, le=100)
    final_epochs: int | None = Field(None, ge=1, le=MAX_EPOCHS)
    final_seeds: int = Field(2, ge=1, le=10)
    finalists: int = Field(1, ge=1, le=8)
    validation_fraction: float = Field(0.2, gt=0, lt=1)
    cv_folds: int | None = Field(None, ge=1, le=50)
    batch_size: int | None = Field(None, ge=2, le=65_536)
    label_smoothing: float = Field(0.05, ge=0, lt=1)
    max_params: int | None = Field(None, ge=1, le=10**10)
    max_cost: float = Field(6.0, gt=0, le=1e12)
    max_latency_ms: float | None = Field(None, gt=0, le=1e12)
    stop_after: int | None = Field(None, ge=1, le=1_000_000)
    continued: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    proxy_candidates: int = Field(0, ge=0, le=10_000)

    @property
    def last_trial(self) -> int | None:
        """Number of trials after which the search ends; ``None`` where only seconds end it."""
        return min((limit for limit in (self.max_trials, self.stop_after) if limit is not None), default=None)
