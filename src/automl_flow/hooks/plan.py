"""What a run is going to do, and the most that its budgets let it take."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from kedro.io import CatalogProtocol
from kedro.pipeline import Pipeline

from automl_flow.search.budget import Budget

logger = logging.getLogger("automl_flow")


def show_plan(pipeline: Pipeline, catalog: CatalogProtocol) -> None:
    """Log a line per task with its stages and budgets, and the time that the budgets add up to."""
    plan = _stages(pipeline)
    if not plan:
        return
    bounds: list[float | None] = []
    logger.info("Plan: %d task%s", len(plan), "" if len(plan) == 1 else "s")
    for task, stages in plan.items():
        told = []
        for stage in stages:
            budgets = list(_budgets(pipeline, catalog, task, stage))
            bounds += [upper_bound(budget) for budget in budgets]
            told.append(stage + "".join(f" ({describe(budget)})" for budget in budgets))
        logger.info("  %s: %s", task, ", ".join(told))
    if any(bound is None for bound in bounds):
        logger.info("  No limit of time is set for some searches; trials bound them.")
    elif bounds:
        total = sum(bound for bound in bounds if bound is not None)
        logger.info("  Searches end after %s at the latest; they are usually much quicker.", _duration(total))


def _stages(pipeline: Pipeline) -> dict[str, list[str]]:
    """Stages of every task, in running order."""
    plan: dict[str, list[str]] = {}
    for node in pipeline.nodes:
        for stage in sorted(node.tags):
            stages = plan.setdefault(node.namespace or "", [])
            if stage not in stages:
                stages.append(stage)
    return dict(sorted(plan.items()))


def _budgets(pipeline: Pipeline, catalog: CatalogProtocol, task: str, stage: str) -> Iterator[Budget]:
    nodes = [node for node in pipeline.nodes if node.namespace == task and stage in node.tags]
    for name in dict.fromkeys(name for node in nodes for name in node.inputs if name.startswith("params:")):
        value = catalog.load(name)
        if isinstance(value, Budget):
            yield value


def describe(budget: Budget) -> str:
    """Say a budget in a few words."""
    parts = []
    if budget.max_trials is not None:
        parts.append(f"{budget.max_trials} trials")
    if budget.time_left_for_this_task is not None:
        parts.append(f"at most {_duration(budget.time_left_for_this_task)}")
    if budget.per_run_time_limit is not None:
        parts.append(f"{_duration(budget.per_run_time_limit)} a trial")
    return ", ".join(parts) or "no limit"


def upper_bound(budget: Budget) -> float | None:
    """Seconds after which a search has ended whatever happens; ``None`` where nothing bounds them."""
    bounds = []
    if budget.time_left_for_this_task is not None:
        bounds.append(budget.time_left_for_this_task)
    if budget.max_trials is not None and budget.per_run_time_limit is not None:
        rounds = -(-budget.max_trials // max(1, budget.n_jobs))
        bounds.append(rounds * budget.per_run_time_limit)
    return min(bounds, default=None)


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
