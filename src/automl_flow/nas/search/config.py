"""What a user sets for an architecture search."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from automl_flow.study.budget import Budget

MOST_EPOCHS = 10_000
Objective = Literal["parameters", "flops", "latency"]


class NasConfig(Budget):
    """Settings of a search; the limits are those of every search (see :class:`Budget`).

    Attributes:
        space: Name of a search space; ``auto`` takes ``macro`` for images, ``recurrent`` for sequences, ``tabular`` for
            tables.
        space_options: What the space lets the user restrict or extend.
        strategy: How the space is searched; ``auto`` chooses by its size and the budget. The one-shot strategies
            (``darts``, ``gdas``, ``drnas``, ``enas``) name architectures that are tried first; a sampler goes on from
            there.
        strategy_options: Arguments of the strategy, as its sampler or one-shot search names them.
        objectives: What is kept small beside the metric; with any, the trials that no other one beats in everything
            are named. The network that is trained in the end is the one with the best metric all the same.
        epochs: Full length of a trial's training.
        reduction: One trial in so many goes on to the next rung, which trains so many times longer; 1 trains every
            trial to the end.
        final_epochs: Length of the final training on all samples; ``None`` is twice ``epochs``, or up to four times
            where seconds are limited and leave room for it.
        final_seeds: Networks of the chosen architecture that are trained from different seeds; their mean predicts.
        finalists: Best architectures that are trained anew, from other seeds, before one of them is taken.
        valid: Share of the training samples that judges the trials.
        turns: Parts of the training samples that judge the trials in turn, each trial being trained so many times; 1
            holds back one share, ``None`` does so unless it would be a few samples only.
        batch_size: Samples per step; ``None`` chooses by the number of samples.
        label_smoothing: Share of the truth that is spread over all classes.
        max_params: Parameters that a candidate may have.
        max_cost: Multiply-adds that a candidate may need for a sample, as a multiple of the plain reference network's.
        max_latency_ms: Milliseconds that a candidate may take for one sample on this machine.
        stop_after: Trials after which a replay ends the search. Unlike ``max_trials`` it is no plan: the strategy and
            its start are not chosen by it.
        continued: Numbers of the trials that a replay trains on, for each later study; the others had no time.
        screen: Random candidates that zero-cost proxies rank before the first trial; one trial in four starts from the
            best of them. 0 for none.
    """

    space: str = "auto"
    space_options: dict[str, Any] = Field(default_factory=dict)
    strategy: str = "auto"
    strategy_options: dict[str, Any] = Field(default_factory=dict)
    objectives: tuple[Objective, ...] = ()
    epochs: int = Field(10, ge=1, le=MOST_EPOCHS)
    reduction: int = Field(3, ge=1, le=100)
    final_epochs: int | None = Field(None, ge=1, le=MOST_EPOCHS)
    final_seeds: int = Field(2, ge=1, le=10)
    finalists: int = Field(1, ge=1, le=8)
    valid: float = Field(0.2, gt=0, lt=1)
    turns: int | None = Field(None, ge=1, le=50)
    batch_size: int | None = Field(None, ge=2, le=65_536)
    label_smoothing: float = Field(0.05, ge=0, lt=1)
    max_params: int | None = Field(None, ge=1, le=10**10)
    max_cost: float = Field(6.0, gt=0, le=1e12)
    max_latency_ms: float | None = Field(None, gt=0, le=1e12)
    stop_after: int | None = Field(None, ge=1, le=1_000_000)
    continued: dict[str, tuple[int, ...]] = Field(default_factory=dict)
    screen: int = Field(0, ge=0, le=10_000)

    @property
    def last_trial(self) -> int | None:
        """Number of trials after which the search ends; ``None`` where only seconds end it."""
        return min((limit for limit in (self.max_trials, self.stop_after) if limit is not None), default=None)
