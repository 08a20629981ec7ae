"""The plan of a run, and its time limit, if it has one.

Only a limit for a whole search bounds its time: a limit per fit covers neither the refits on all rows nor the final
training of a network, and a fit that died with another one's process is rerun.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from automl_flow.features.planning.config import FeatureConfig
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.schedule import NasSchedule
from automl_flow.study.budget import Budget
from automl_flow.tasks.spec import TaskSpec

logger = logging.getLogger("automl_flow")

Limited = Budget | FeatureConfig


def show_plan(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Log a line per task with its stages and what limits them, and the time after which all searches are stopped."""
    plan = _stages(pipeline)
    if not plan:
        return
    bounds: list[float | None] = []
    logger.info("Plan: %d task%s", len(plan), "" if len(plan) == 1 else "s")
    for task, stages in plan.items():
        told = []
        for stage in stages:
            limited = list(_limited(pipeline, catalog, task, stage))
            bounds += [upper_bound(config) for config in limited]
            told.append(stage + "".join(f" ({describe(config)})" for config in limited))
        logger.info("  %s: %s", task, ", ".join(told))
        for stage in stages:
            for config in _limited(pipeline, catalog, task, stage):
                if isinstance(config, NasConfig) and config.time_left_for_this_task is not None:
                    logger.info("    %s: %s", stage, timetable(config, catalog.load(f"params:{task}.task")))
    if bounds:
        logger.info("  %s", summarize(bounds))


def summarize(bounds: list[float | None]) -> str:
    """Say after how many seconds steps that search are stopped, one after another; ``None`` is one without a limit."""
    known = [bound for bound in bounds if bound is not None]
    if len(known) == len(bounds):
        return f"All searches together stop after at most {_duration(sum(known))}."
    return (
        f"{len(bounds) - len(known)} of {len(bounds)} search steps have no time limit: "
        "max_trials bounds them, and per_run_time_limit each fit or training. time_left_for_this_task sets a limit."
    )


def _stages(pipeline: Pipeline) -> dict[str, list[str]]:
    """Stages of every task, in running order."""
    plan: dict[str, list[str]] = {}
    for node in pipeline.nodes:
        for stage in sorted(node.tags):
            stages = plan.setdefault(node.namespace or "", [])
            if stage not in stages:
                stages.append(stage)
    return dict(sorted(plan.items()))


def _limited(pipeline: Pipeline, catalog: CatalogProtocol, task: str, stage: str) -> Iterator[Limited]:
    nodes = [node for node in pipeline.nodes if node.namespace == task and stage in node.tags]
    for name in dict.fromkeys(name for node in nodes for name in node.inputs if name.startswith("params:")):
        value = catalog.load(name)
        if isinstance(value, Budget) or (isinstance(value, FeatureConfig) and value.enabled):
            yield value


def describe(config: Limited) -> str:
    """Describe a step's limits in a few words."""
    if isinstance(config, FeatureConfig):
        seconds = "" if config.seconds is None else f", at most {_duration(config.seconds)}"
        return f"at most {config.max_evaluations} fits{seconds}"
    parts = []
    if config.max_trials is not None:
        parts.append(f"{config.max_trials} trials")
    if config.time_left_for_this_task is not None:
        parts.append(f"at most {_duration(config.time_left_for_this_task)} in all")
    if config.per_run_time_limit is not None:
        what = "training" if isinstance(config, NasConfig) else "fit"
        parts.append(f"each {what} at most {_duration(config.per_run_time_limit)}")
    return ", ".join(parts) or "no limit"


def timetable(config: NasConfig, task: TaskSpec) -> str:
    """Describe the planned seconds of an architecture search, phase by phase.

    The schedule of a model search depends on its rows, so the search itself tells it as it begins.
    """
    schedule = NasSchedule.of(config, table=task.modality == "tabular")
    seconds = config.time_left_for_this_task or 0.0
    return ", ".join(f"{phase.name} {_duration(phase.fraction * seconds)}" for phase in schedule.phases())


def upper_bound(config: Limited) -> float | None:
    """Seconds after which a step is stopped in any case; ``None`` without such a limit."""
    return config.seconds if isinstance(config, FeatureConfig) else config.time_left_for_this_task


def _duration(seconds: float) -> str:
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 3 * 3600 else f"{seconds / 3600:.3g} h"
