"""Settings of a tabular search."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from automl_flow.study.budget import MOST_TRIALS, Budget, TrialNumber
from automl_flow.tabular.suggest.strategies import STRATEGIES

Refits = Annotated[int, Field(ge=0, le=20)]
IfNothingFinished = Literal["error", "constant"]


class SearchConfig(Budget):
    """Settings of a tabular search; a limit of trials or of seconds is needed.

    Attributes:
        per_run_time_limit: Seconds for one fit. A trial fits one model per fold and may take that many times longer.
            Boosters and networks stop at about half of it and keep what they have.
        strategy: Name of a search strategy. ``auto`` tries a portfolio of strong configurations, then continues with
            Bayesian search on the families that did well; ``random``, ``grid``, ``tpe``, ``gp`` and ``cmaes`` search
            without a portfolio; ``hyperband`` prunes weak trials after some folds.
        families: Families to use; ``None`` takes all that are installed.
        ensemble_size: Steps of the greedy ensemble selection; 1 keeps the best candidate alone.
        threads: Threads of one fit; ``None`` gives each worker its share of the processors.
        predict_microseconds: Upper bound of the work per row (one thread, estimated) of the final ensemble.
        refits: How often each member of the ensemble is fitted again on all rows, with a seed of its own each time:
            the most, as far as time and ``predict_microseconds`` allow, or a number for each trial, which is how a
            run that the clock ended is repeated. A member without any keeps the models of the folds, or of one.
        stacking: Trials of the second layer, which read the out-of-fold predictions of the ensemble so far beside the
            columns; they count among ``max_trials``, as the last ones. ``None`` takes what ``auto`` offers where the
            table is made for it and there are trials enough, 0 leaves them out.
        if_nothing_finished: What a search is in which no trial finished: an ``error`` (a BudgetError with the causes),
            or a ``constant``: a model that predicts class shares or the mean, with a warning that stays with it.
    """

    strategy: str = "auto"
    families: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    ensemble_size: int = Field(default=40, ge=1, le=500)
    threads: int = Field(default=1, ge=1, le=1024)
    predict_microseconds: float = Field(default=200.0, gt=0, le=1e12)
    refits: Refits | dict[TrialNumber, Refits] = 3
    stacking: int | None = Field(default=None, ge=0, le=MOST_TRIALS)
    if_nothing_finished: IfNothingFinished = "error"

    @field_validator("strategy")
    @classmethod
    def _known_strategy(cls, name: str) -> str:
        STRATEGIES.get(name)
        return name
