"""Running the trials of one layer: limits, admission, progress."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from automl_flow.study.budget import Budget, Clock
from automl_flow.study.journal import Journal
from automl_flow.study.study import Search, StudyResult, TrialRecord, run_study
from automl_flow.tabular.candidate import TrialFacts
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.fitting.objective import fold_parts
from automl_flow.tabular.schedule import soft_seconds
from automl_flow.tabular.session.session import SearchSession
from automl_flow.tabular.suggest.admission import Admission
from automl_flow.tabular.suggest.cost_model import CostModel
from automl_flow.tabular.suggest.plan import TrialPlan
from automl_flow.tasks.metrics import Metric

_WINDOW = 8  # open trials; more than workers, so that a slow trial does not leave them idle


def run_trials(
    session: SearchSession,
    plan: TrialPlan,
    max_trials: int | None,
    *,
    journal: Journal,
    clock: Clock,
    earlier: Sequence[TrialRecord] = (),
) -> StudyResult:
    """Run the trials of a plan.

    Args:
        session: The search.
        plan: Families, sampler and fixed first trials.
        max_trials: Number of trials; ``None`` is no limit.
        journal: Open journal of these trials.
        clock: Clock of these trials.
        earlier: Trials of the first layer, from which runtimes of the second are predicted.
    """
    problem, config, seconds = session.problem, session.config, clock.seconds
    budget = _trial_budget(config, plan, max_trials)
    # Iterative fits stop by themselves before the hard limit, because a killed trial leaves no model.
    soft = soft_seconds(seconds, budget.per_run_time_limit, stacked=bool(plan.base_models))
    plan = replace(plan, soft_seconds=soft)
    known = problem.context(config.seed, config.threads)
    costs = CostModel(plan.families, plan.context, plan.n_folds, soft)
    admission = Admission(costs, plan, journal, clock, earlier=earlier, context=known)
    search = Search(
        sampler=plan.sampler,
        suggest=plan.suggest,
        evaluate=fold_parts(problem, plan.families),
        enqueue=plan.enqueue(),
        first=plan.first,
        window=_WINDOW,
        # Only a clock refuses trials: a trial-bounded search must not depend on predicted runtimes.
        admit=None if seconds is None else admission,
        label="search for stacked models" if plan.base_models else "model search",
        describe=partial(_describe, metric=problem.task.scorer()),
    )
    return run_study(
        search, runner=session.runner, budget=budget, clock=clock, journal=journal, progress=session.progress
    )


def _trial_budget(config: SearchConfig, plan: TrialPlan, max_trials: int | None) -> Budget:
    """The search's budget with limits per trial."""
    values = {name: getattr(config, name) for name in Budget.model_fields}
    # The user limits one fit; a trial is one fit per fold.
    if config.per_run_time_limit is not None:
        values["per_run_time_limit"] = config.per_run_time_limit * plan.n_folds
    limits = [limit for limit in (max_trials, plan.limit) if limit is not None]
    return Budget(**{**values, "max_trials": min(limits, default=None)})


def _describe(record: TrialRecord, metric: Metric) -> str:
    """Describe a trial by its score in the task's metric."""
    facts = TrialFacts.of(record)
    if record.values is None or facts is None:
        return str(record)
    return f"trial {record.number}, {facts.family}: {metric.name} {metric.from_loss(record.values[0]):.5g}"
