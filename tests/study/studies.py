"""A small search that tests run in many ways; module-level so that workers can import it."""

from __future__ import annotations

import os
import signal
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import optuna

from automl_flow.study.parts import Parts
from automl_flow.study.study import Search, TrialResult


@dataclass(frozen=True)
class PartFacts:
    """After how many parts a trial ended."""

    parts: int

    def to_document(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True)
class WholeFacts:
    """Something to remember of a trial without parts."""

    twice: float

    def to_document(self) -> dict[str, Any]:
        return asdict(self)


def suggest(trial: optuna.Trial) -> dict[str, float]:
    kind = trial.suggest_categorical("kind", ["a", "b"])
    x = trial.suggest_float("x", -5.0, 5.0)
    y = trial.suggest_int("y", 0, 20) if kind == "a" else 3
    return {"x": x, "y": float(y)}


def value(payload: dict[str, float]) -> float:
    return (payload["x"] - 1) ** 2 + payload["y"]


def evaluate(context, job) -> TrialResult:
    time.sleep(0.03 * (job.number % 3))  # so that trials end in another order than they were asked in
    folder = Path(context["folder"])
    (folder / f"ran-{job.number}-{time.monotonic_ns()}").touch()
    if job.number == context.get("fail"):
        raise ValueError("as told")
    if job.number == context.get("hang"):
        time.sleep(60)
    if job.number == context.get("kill_parent"):
        os.kill(context["parent"], signal.SIGKILL)
        time.sleep(5)
    return TrialResult((value(job.suggestion),), WholeFacts(2 * job.suggestion["x"]))


FOLDS = 5


def evaluate_part(context, job) -> float:
    """A part's loss; *context* says which parts, as (trial, part), fail or hang, and how long each takes."""
    began = time.monotonic()
    time.sleep(context.get("seconds", 0.0))
    if "times" in context:
        with Path(context["times"]).open("a") as sink:
            sink.write(f"{began} {time.monotonic()}\n")
    if (job.number, job.part) in context.get("fail", ()):
        raise ValueError(f"part {job.part} as told")
    if (job.number, job.part) in context.get("hang", ()):
        time.sleep(60)
    return value(job.suggestion) + ((job.number * 7 + job.part * 3) % 5) / 10


def combine(context, job) -> TrialResult:
    if len(job.results) < FOLDS:
        return TrialResult((), PartFacts(len(job.results)), dict(enumerate(job.results)), pruned=True)
    return TrialResult((sum(job.results) / FOLDS,), PartFacts(len(job.results)), dict(enumerate(job.results)))


def is_pruned(suggestion, results) -> bool:
    return len(results) in (1, 3) and suggestion["x"] < -1.0 and results[-1] > 15.0


def in_parts(*, pruning: bool = True) -> Search:
    """The search with trials in parts; with *pruning*, some of them end after one part or after three."""
    may_prune = is_pruned if pruning else lambda *_: False
    parts = Parts(FOLDS, evaluate_part, combine, may_prune, lambda _: (1, 3), lambda _, part: str(part))
    return search(evaluate=parts, window=8)


def tpe(seed: int) -> optuna.samplers.BaseSampler:
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=4)


def search(**changes) -> Search:
    return Search(**{"sampler": tpe, "suggest": suggest, "evaluate": evaluate, **changes})
