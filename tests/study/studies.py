"""A small search that tests run in many ways; module-level so that workers can import it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import optuna

from automl_flow.study.study import Evaluation, Search


def suggest(trial: optuna.Trial) -> dict[str, float]:
    kind = trial.suggest_categorical("kind", ["a", "b"])
    x = trial.suggest_float("x", -5.0, 5.0)
    y = trial.suggest_int("y", 0, 20) if kind == "a" else 3
    return {"x": x, "y": float(y)}


def value(payload: dict[str, float]) -> float:
    return (payload["x"] - 1) ** 2 + payload["y"]


def evaluate(context, job) -> Evaluation:
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
    return Evaluation((value(job.suggestion),), {"twice": 2 * job.suggestion["x"]})


def tpe(seed: int) -> optuna.samplers.BaseSampler:
    return optuna.samplers.TPESampler(seed=seed, n_startup_trials=4)


def search(**changes) -> Search:
    return Search(**{"sampler": tpe, "suggest": suggest, "evaluate": evaluate, **changes})
