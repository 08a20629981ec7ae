"""Model search on tables: from a problem to candidates with out-of-fold predictions."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.models.family import ModelFamily
from automl_flow.study.budget import Clock
from automl_flow.study.journal import Journal
from automl_flow.tabular import stacking
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.result import SearchResult, collect
from automl_flow.tabular.schedule import first_layer_seconds
from automl_flow.tabular.session.session import SearchSession
from automl_flow.tabular.suggest.plan import make_plan
from automl_flow.tabular.trials import run_trials


def search_models(session: SearchSession) -> SearchResult:
    """Search for good candidates of the first layer; what the second layer is to have of time and trials is left.

    The state folder makes the search resumable: called again with the same problem and settings, it continues where
    it was killed. Models of each trial are kept there.

    Raises:
        ConfigError: No limit at all, an unknown family, or none that suits the problem.
        BudgetError: Another search runs in the same folder.
    """
    began = time.monotonic()
    problem, config = session.problem, session.config
    check_settings(config, session.families)
    chosen = choose_families(session.families, config.families)
    context = problem.context(config.seed, config.threads)
    plan = make_plan(config.strategy, chosen, context, len(problem.folds), config.seed)
    left_out = {name: why for name, family in chosen.items() if (why := family.obstacle(plan.context)) is not None}
    if not plan.families:
        reasons = "; ".join(f"{name} {why}" for name, why in left_out.items())
        raise ConfigError(f"no model family suits {len(problem.X)} rows of a {problem.task.problem} problem: {reasons}")
    for name, why in left_out.items():
        session.progress.note(f"family {name} is left out: it {why}")
    key = problem.key(config.strategy, sorted(plan.families), config.seed, config.threads)
    with Journal(session.state, key).open() as journal:
        spent = journal.spent + (time.monotonic() - began)
        clock = Clock(_first_seconds(problem, plan.families, config), spent)
        study = run_trials(session, plan, _first_trials(problem, plan.families, config), journal=journal, clock=clock)
    return replace(collect(problem, study, session.store, config), left_out=left_out)


def check_settings(config: SearchConfig, families: Mapping[str, ModelFamily]) -> None:
    """Check what can be checked before any row is read.

    Raises:
        ConfigError: No limit at all, or an unknown family.
    """
    config.require_limit()
    choose_families(families, config.families)


def _first_seconds(problem: TabularProblem, families: Mapping[str, ModelFamily], config: SearchConfig) -> float | None:
    """The seconds that the second layer and refitting leave; ``None`` is no limit."""
    seconds = config.time_left_for_this_task
    if seconds is None:
        return None
    two_layers = stacking.planned(problem, families, config) > 0
    return first_layer_seconds(seconds, n_folds=len(problem.folds), two_layers=two_layers)


def _first_trials(problem: TabularProblem, families: Mapping[str, ModelFamily], config: SearchConfig) -> int | None:
    """The trials that the second layer leaves; ``None`` is no limit."""
    if config.max_trials is None:
        return None
    return max(1, config.max_trials - stacking.planned(problem, families, config))


def choose_families(families: Mapping[str, ModelFamily], names: Sequence[str] | None) -> dict[str, ModelFamily]:
    """Return the families called *names*, or all.

    Raises:
        ConfigError: There is no family of one of the names.
    """
    for name in names or ():
        if name not in families:
            raise ConfigError(f"families: no model family {name!r} is available{nearest(name, sorted(families))}")
    return {name: family for name, family in families.items() if names is None or name in names}
