"""The one-shot stage of a search: a job in a worker process, so that limits hold, and with a journal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import optuna

from automl_flow.core.config import parse_config
from automl_flow.core.seeds import derive_seed
from automl_flow.nas.one_shot import STRATEGIES
from automl_flow.nas.one_shot.result import DerivedArchitecture, OneShotResult
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.context import SearchContext, memory_errors, use_one_thread
from automl_flow.nas.search.schedule import ONE_SHOT_STOP_FRACTION
from automl_flow.nas.search.studies import Studies, enqueued_only, say_epoch
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Space
from automl_flow.study.budget import Clock
from automl_flow.study.study import Search
from automl_flow.study.trial import TrialJob, TrialRecord, TrialResult

STUDY = "one-shot"  # name of its journal


@dataclass(frozen=True)
class OneShotJob:
    """A one-shot search on its way to a worker.

    Attributes:
        strategy: Name of the strategy.
        options: Its settings.
        seconds: No epoch begins after these; ``None`` is no limit.
    """

    strategy: str
    options: Mapping[str, Any]
    seconds: float | None


@dataclass(frozen=True)
class OneShotOutcome:
    """The outcome of a one-shot stage.

    Attributes:
        strategy: Name of the strategy.
        result: What it found; ``None`` where it failed.
        failed: Why it failed; empty where it did not.
    """

    strategy: str
    result: OneShotResult | None = None
    failed: str = ""

    @property
    def candidates(self) -> tuple[DerivedArchitecture, ...]:
        """Architectures that it recommends, the best first."""
        return () if self.result is None else self.result.candidates

    def to_document(self) -> dict[str, Any]:
        """The outcome as JSON-able values: the result's, or ``failed`` with the cause."""
        head = {"strategy": self.strategy}
        if self.result is None:
            return {**head, "failed": self.failed, "candidates": [], "history": []}
        return {**head, **self.result.to_document()}


@dataclass(frozen=True)
class OneShotStage:
    """A one-shot strategy that is about to run in a search.

    Attributes:
        strategy: Its name.
        options: Its settings.
    """

    strategy: str
    options: Mapping[str, Any]

    @classmethod
    def of(cls, strategy: str, options: Mapping[str, Any], space: Space, shape: DataShape) -> OneShotStage | None:
        """The stage for *strategy*; ``None`` when it is no one-shot strategy.

        Args:
            strategy: Name of a strategy of any kind.
            options: Its settings.
            space: The search space.
            shape: Shape of the data.

        Raises:
            ConfigError: An unknown option, or a space without choices between operations.
        """
        if strategy not in STRATEGIES.names():
            return None
        from automl_flow.nas.one_shot.supernet import relaxable

        parse_config(STRATEGIES.get(strategy).Options, options, "strategy_options")
        relaxable(space, shape)
        return cls(strategy, dict(options))

    def run(self, studies: Studies, config: NasConfig, clock: Clock) -> OneShotOutcome:
        """Run it and follow its epochs."""
        seconds = min(clock.left, config.per_run_time_limit or math.inf)
        search = self.search(None if math.isinf(seconds) else seconds)
        alone = config.model_copy(update={"max_trials": 1, "skip_trials": ()})
        options = parse_config(STRATEGIES.get(self.strategy).Options, self.options, "strategy_options")
        epochs = min(options.epochs, options.stop or options.epochs)
        records = studies.run(search, alone, clock, STUDY, f"{self.strategy} supernet", epochs=epochs).records
        for record in records:
            if record.state == "complete":
                return OneShotOutcome(self.strategy, OneShotResult.from_document(record.attrs))
        return OneShotOutcome(self.strategy, failed=records[0].cause or "" if records else "budget")

    def search(self, seconds: float | None) -> Search:
        """A study of one trial, which is the one-shot search and stops by itself before *seconds* are over."""
        stop = None if seconds is None else ONE_SHOT_STOP_FRACTION * seconds
        job = OneShotJob(self.strategy, dict(self.options), stop)

        def suggest(asked: optuna.trial.Trial) -> OneShotJob:
            asked.suggest_categorical("strategy", (self.strategy,))
            return job

        return Search(
            sampler=enqueued_only,
            suggest=suggest,
            evaluate=evaluate,
            enqueue=[{"strategy": self.strategy}],
            window=1,
            describe=_outcome,
        )

    def reproduce(self, outcome: OneShotOutcome, sampler: str) -> dict[str, Any]:
        """Settings that repeat what the clock made of it: fewer epochs, or the sampler alone."""
        if outcome.result is None:
            return {"strategy": sampler, "strategy_options": {}}
        result = outcome.result
        return {"strategy_options": {**self.options, "stop": result.epochs}} if result.cut else {}


def evaluate(context: SearchContext, job: TrialJob[OneShotJob]) -> TrialResult:
    """Search on the training samples of the first fold, never on validation samples.

    The value is the loss of the best candidate, the facts are the document of the result.

    Args:
        context: Data and space of the search.
        job: Its suggestion is a :class:`OneShotJob`.
    """
    from automl_flow.nas.one_shot.search import search_one_shot

    asked = job.suggestion

    def watch(epoch: int, leading: DerivedArchitecture) -> None:
        say_epoch(context.store.below(STUDY), f"epoch {epoch}: {_score(leading)}")

    use_one_thread()
    with memory_errors():
        result: OneShotResult = search_one_shot(
            asked.strategy,
            context.make_space(),
            context.shape,
            context.folds[0].fit,
            asked.options,
            seed=derive_seed(context.seed, "one-shot"),
            seconds=asked.seconds,
            watch=watch,
        )
    return TrialResult((result.candidates[0].loss,), result)


def _score(candidate: DerivedArchitecture) -> str:
    """Accuracy, or loss, of a candidate with inherited weights, as text."""
    if candidate.accuracy is None:
        return f"loss {candidate.loss:.4g}"
    return f"accuracy {candidate.accuracy:.3f}"


def _outcome(record: TrialRecord) -> str:
    """Progress line of the finished one-shot search."""
    if record.state != "complete":
        return f"failed: {record.cause or ''}"
    found = OneShotResult.from_document(record.attrs).candidates
    return f"{len(found)} candidates, the best has {_score(found[0])}"
