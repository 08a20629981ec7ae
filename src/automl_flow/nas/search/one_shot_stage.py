"""The one-shot part of a search: a job in a worker process, so that limits hold, with a journal, so that it is kept."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import optuna

from automl_flow.core.config import parse_config
from automl_flow.core.seeds import derive_seed
from automl_flow.nas.one_shot import STRATEGIES
from automl_flow.nas.one_shot.result import Candidate, OneShotResult
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.epoch_progress import say_epoch
from automl_flow.nas.search.objective import Arena, hold_threads, memory_errors
from automl_flow.nas.search.studies import Studies, enqueued_only
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Space
from automl_flow.study.budget import Clock
from automl_flow.study.study import Search
from automl_flow.study.trial import Evaluation, TrialJob, TrialRecord

STUDY = "one-shot"  # name of its journal
SOFT = 0.7  # of the seconds; then no epoch is begun any more, so that the job ends by itself and not by being killed


@dataclass(frozen=True)
class Stage:
    """A one-shot strategy that is about to run in a search.

    Attributes:
        strategy: Its name.
        options: Its settings.
    """

    strategy: str
    options: Mapping[str, Any]

    @classmethod
    def of(cls, strategy: str, options: Mapping[str, Any], space: Space, shape: DataShape) -> Stage | None:
        """The stage for *strategy*; ``None`` when it is no one-shot strategy.

        Raises:
            ConfigError: An unknown option, or a space without choices between operations.
        """
        if strategy not in STRATEGIES.names():
            return None
        from automl_flow.nas.one_shot.supernet import relaxable

        parse_config(STRATEGIES.get(strategy).Options, options, "strategy_options")
        relaxable(space, shape)
        return cls(strategy, dict(options))

    def run(self, studies: Studies, config: NasConfig, clock: Clock) -> dict[str, Any]:
        """Run it, follow its epochs, and return what :meth:`report` makes of it."""
        seconds = min(clock.left, config.per_run_time_limit or math.inf)
        search = self.search(None if math.isinf(seconds) else seconds)
        alone = config.model_copy(update={"max_trials": 1, "skip_trials": ()})
        options = parse_config(STRATEGIES.get(self.strategy).Options, self.options, "strategy_options")
        epochs = min(options.epochs, options.stop or options.epochs)
        return self.report(studies.run(search, alone, clock, STUDY, f"{self.strategy} supernet", epochs=epochs).records)

    def search(self, seconds: float | None) -> Search:
        """A study of one trial that is the one-shot search; it is told to end within *seconds*."""
        soft = None if seconds is None else SOFT * seconds
        payload = {"strategy": self.strategy, "options": dict(self.options), "seconds": soft}

        def suggest(asked: optuna.trial.Trial) -> dict[str, Any]:
            asked.suggest_categorical("strategy", (self.strategy,))
            return payload

        return Search(
            sampler=enqueued_only,
            suggest=suggest,
            evaluate=evaluate,
            enqueue=[{"strategy": self.strategy}],
            window=1,
            describe=_outcome,
        )

    def report(self, records: tuple[TrialRecord, ...]) -> dict[str, Any]:
        """What came of it, as a document: the result's, or ``failed`` with the cause."""
        head = {"strategy": self.strategy}
        done = [record for record in records if record.state == "complete"]
        if done:
            return {**head, **done[0].attrs}
        return {**head, "failed": records[0].cause if records else "budget", "candidates": [], "history": []}

    def reproduce(self, report: Mapping[str, Any], sampler: str) -> dict[str, Any]:
        """Settings that repeat what the clock made of it: fewer epochs, or the sampler alone."""
        if report.get("failed"):
            return {"strategy": sampler, "strategy_options": {}}
        return {"strategy_options": {**self.options, "stop": report["epochs"]}} if report["cut"] else {}


def evaluate(arena: Arena, job: TrialJob[Any]) -> Evaluation:
    """Search on the samples that trials are trained on, never on those that judge them; of folds, on the first.

    The value is the loss of the best candidate, the attributes are the document of the result.
    """
    from automl_flow.nas.one_shot.search import search_one_shot

    payload = job.suggestion

    def watch(epoch: int, leading: Candidate) -> None:
        say_epoch(arena.folder / STUDY, f"epoch {epoch}: {_score(leading)}")

    hold_threads()
    with memory_errors():
        result: OneShotResult = search_one_shot(
            payload["strategy"],
            arena.make_space(),
            arena.shape,
            arena.rounds[0].fit,
            payload["options"],
            seed=derive_seed(arena.seed, "one-shot"),
            seconds=payload["seconds"],
            watch=watch,
        )
    return Evaluation((result.candidates[0].loss,), result.to_document())


def _score(candidate: Candidate) -> str:
    """What a candidate reaches with inherited weights, in words."""
    if candidate.accuracy is None:
        return f"loss {candidate.loss:.4g}"
    return f"accuracy {candidate.accuracy:.3f}"


def _outcome(record: TrialRecord) -> str:
    """What progress says of the end."""
    if record.state != "complete":
        return f"failed: {record.cause or ''}"
    found = record.attrs["candidates"]
    return f"{len(found)} candidates, the best has {_score(Candidate(**found[0]))}"
