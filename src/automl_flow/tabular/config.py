"""Settings of a tabular search."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, field_validator

from automl_flow.study.budget import MAX_TRIALS, Budget, TrialNumber
from automl_flow.tabular.suggest.strategies import STRATEGIES

RefitCount = Annotated[int, Field(ge=0, le=20)]
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
        threads: Threads of one fit.
        predict_microseconds: Upper bound of the estimated time to predict one row on one thread with the ensemble.
        refits: Full-data models of each member, each with a seed of its own: the maximum, as far as time and
            ``predict_microseconds`` allow, or a number for each trial, which repeats a run that the clock ended. A
            member without any predicts with its fold models, or with one of them.
        stacking: Trials of the second layer, which read the out-of-fold predictions of base models next to the columns;
            they are the last of ``max_trials``. ``None`` stacks under ``auto`` if there are enough rows, folds and
            trials; 0 never does.
        if_nothing_finished: Result of a search in which no trial finishes: an ``error`` (a BudgetError with the
            causes), or a ``constant``: a model that predicts class frequencies or the mean, with a lasting warning.
    """

    strategy: str = "auto"
    families: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    ensemble_size: int = Field(default=40, ge=1, le=500)
    threads: int = Field(default=1, ge=1, le=1024)
    predict_microseconds: float = Field(default=200.0, gt=0, le=1e12)
    refits: RefitCount | dict[TrialNumber, RefitCount] = 3
    stacking: int | None = Field(default=None, ge=0, le=MAX_TRIALS)
    if_nothing_finished: IfNothingFinished = "error"

    @field_validator("strategy")
    @classmethod
    def _known_strategy(cls, name: str) -> str:
        STRATEGIES.get(name)
        return name
