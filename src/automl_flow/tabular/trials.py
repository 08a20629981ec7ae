"""The trials of a tabular search: where they run, what they may take, and how they are told of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from automl_flow.study.budget import Budget
from automl_flow.study.journal import Journal
from automl_flow.study.study import Search, StudyResult, TrialRecord, run_study
from automl_flow.tabular.candidate import TrialFacts
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.fitting.objective import evaluate
from automl_flow.tabular.session.session import Workbench
from automl_flow.tabular.suggest.admission import EndableClock, Gate
from automl_flow.tabular.suggest.cost_model import CostModel
from automl_flow.tabular.suggest.strategies import Plan
from automl_flow.tasks.metrics import Metric

_WINDOW = 8  # open trials; more than workers, so that a slow trial does not leave them idle
_TRIAL_SHARE = 0.35  # of the whole time, after which the iterative fits of one trial stop by themselves
_LAST_TRIAL_SHARE = 0.7  # likewise in the second layer, which has few trials
_RUN_SHARE = 0.55  # of the time limit of a trial, likewise; predicting and storing come after


def run_trials(
    bench: Workbench,
    plan: Plan,
    most: int | None,
    *,
    journal: Journal,
    clock: EndableClock,
    before: Sequence[TrialRecord] = (),
) -> StudyResult:
    """Run the trials of a plan.

    Args:
        bench: The search that they belong to.
        plan: What is tried.
        most: How many trials; ``None`` is no limit.
        journal: Open journal of these trials.
        clock: Their time.
        before: Trials of the first layer, which say what those of the second will take.
    """
    problem, config, seconds = bench.problem, bench.config, clock.seconds
    budget = _trial_budget(config, plan, most)
    share = _LAST_TRIAL_SHARE if plan.base_models else _TRIAL_SHARE
    soft_seconds = _soft_seconds(share, seconds, budget.per_run_time_limit)
    plan = replace(plan, soft_seconds=soft_seconds)
    known = problem.context(config.seed, config.threads)
    costs = CostModel(plan.families, plan.context, plan.n_folds, soft_seconds)
    gate = Gate(costs, plan, journal, clock, before=before, context=known)
    search = Search(
        sampler=plan.sampler,
        suggest=plan.suggest,
        evaluate=evaluate,
        enqueue=plan.enqueue(),
        first=plan.first,
        window=_WINDOW,
        admit=None if seconds is None else gate,
        label="search for stacked models" if plan.base_models else "model search",
        describe=partial(_describe, metric=problem.task.scorer()),
    )
    return run_study(search, runner=bench.runner, budget=budget, clock=clock, journal=journal, progress=bench.progress)


def _soft_seconds(share: float, total: float | None, trial: float | None) -> float | None:
    """When the fits of one trial should stop by themselves: a share of the search's seconds, and of a trial's."""
    limits = [share * limit for share, limit in ((share, total), (_RUN_SHARE, trial)) if limit is not None]
    return min(limits, default=None)


def _trial_budget(config: SearchConfig, plan: Plan, most: int | None) -> Budget:
    """The budget in terms of trials: a trial fits one model per fold."""
    values = {name: getattr(config, name) for name in Budget.model_fields}
    if config.per_run_time_limit is not None:
        values["per_run_time_limit"] = config.per_run_time_limit * plan.n_folds
    limits = [limit for limit in (most, plan.limit) if limit is not None]
    return Budget(**{**values, "max_trials": min(limits, default=None)})


def _describe(record: TrialRecord, metric: Metric) -> str:
    """Say how a trial ended, as a score of the task's metric."""
    facts = TrialFacts.of(record)
    if record.values is None or facts is None:
        return str(record)
    return f"trial {record.number}, {facts.family}: {metric.name} {metric.from_loss(record.values[0]):.5g}"
