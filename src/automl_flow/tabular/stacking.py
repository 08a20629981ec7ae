"""Stacking: a second layer of candidates that learn from the columns and from the predictions of base models.

They are trained on out-of-fold predictions, in which no row's own target has a part (Wolpert, Neural Networks 1992),
next to the columns (as in AutoGluon: Erickson et al., 2020), so that a model can learn where to trust which base
model. Both layers have the same folds.

Which configurations stack, and in which order, is said by the families (``ModelFamily.stacking_ranks``). Ours are trees
alone: a linear model (and, less, a network) of the columns and of another linear model's predictions finds out what the
latter has not learned, which is the targets of the very fold that the prediction is for. On one table its out-of-fold
area under the ROC curve was 0.82, that of everything else 0.76, and on new rows it was the worst.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from automl_flow.models.family import FitContext, ModelFamily
from automl_flow.study.budget import Clock
from automl_flow.study.journal import Journal, results_folder
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.fitting.fold_models import second_layer_folder
from automl_flow.tabular.fitting.meta_features import n_meta_features
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.result import SearchResult, add_layer
from automl_flow.tabular.schedule import MIN_STACKING_SECONDS, STACKING_FRACTION
from automl_flow.tabular.session.session import SearchSession
from automl_flow.tabular.suggest.plan import TrialPlan
from automl_flow.tabular.suggest.strategies import STRATEGIES
from automl_flow.tabular.suggest.strategy import InitialConfig
from automl_flow.tabular.trials import run_trials

MIN_ROWS = 1000  # fewer say too little about which base model to trust
MIN_FOLDS = 5  # a search that has fewer is short of time
MIN_TRIALS = 20  # of a search that can spare some
MAX_STACKED_FRACTION = 0.2  # of the trials of a search


def planned(problem: TabularProblem, families: Mapping[str, ModelFamily], config: SearchConfig) -> int:
    """Number of trials for the second layer.

    There is none where some rows have no out-of-fold prediction (a single validation part, rows in time order), under
    monotone constraints, and where the ensemble is a single candidate.
    """
    whole = len(problem.covered()) == len(problem.X)
    if not whole or problem.task.monotone or config.ensemble_size == 1:
        return 0
    most = len(_initial_configs(families, config, problem.context(config.seed, config.threads)))
    if config.stacking is not None:
        return min(config.stacking, most)
    seconds, trials = config.time_left_for_this_task, config.max_trials
    enough = (seconds is None or seconds >= MIN_STACKING_SECONDS) and (trials is None or trials >= MIN_TRIALS)
    if trials is not None:
        most = min(most, round(MAX_STACKED_FRACTION * trials))
    large = len(problem.X) >= MIN_ROWS and len(problem.folds) >= MIN_FOLDS
    return most if enough and large and config.strategy == "auto" else 0


def search_second_layer(
    session: SearchSession, result: SearchResult, base_models: Sequence[Candidate], *, trials: int, began: float
) -> SearchResult:
    """Evaluate stacked candidates and add them to the result.

    Args:
        session: The search; the second layer has a journal and a folder of its own in its state folder, and resumes
            by itself.
        result: The first layer.
        base_models: Candidates whose predictions become columns; at least one.
        trials: Number of trials, as :func:`planned` says.
        began: ``time.monotonic()`` from which its time counts.
    """
    problem, config = session.problem, session.config
    numbers = tuple(sorted(candidate.number for candidate in base_models))
    context = _context(problem, config, numbers)
    initial = _initial_configs(session.families, config, context)[:trials]
    usable = {start.family: session.families[start.family] for start in initial}
    plan = TrialPlan(
        strategy=STRATEGIES.get("auto"),
        families=usable,
        context=context,
        seed=config.seed,
        n_folds=len(problem.folds),
        initial=initial,
        limit=trials,
        first=len(result.records),
        base_models=numbers,
    )
    key = problem.key(len(result.records), numbers, [c.params for c in base_models], config.seed, config.threads)
    with Journal(second_layer_folder(results_folder(session.state)), key).open() as journal:
        seconds = None if config.time_left_for_this_task is None else STACKING_FRACTION * config.time_left_for_this_task
        clock = Clock(seconds, journal.spent + (time.monotonic() - began))
        study = run_trials(session, plan, trials, journal=journal, clock=clock, earlier=result.records)
    return add_layer(result, study, session.store, numbers)


def _context(problem: TabularProblem, config: SearchConfig, base_models: tuple[int, ...]) -> FitContext:
    context = problem.context(config.seed, config.threads)
    width = n_meta_features(len(base_models), problem.target.outputs, problem.task.problem_type)
    return replace(context, n_columns=context.n_columns + width)


def _initial_configs(
    families: Mapping[str, ModelFamily], config: SearchConfig, context: FitContext
) -> tuple[InitialConfig, ...]:
    allowed = families if config.families is None else config.families
    usable = {name: families[name] for name in allowed if name in families and families[name].suits(context)}
    offers = {name: family.portfolio(context) for name, family in usable.items() if family.stacking_ranks}
    ranked = sorted(
        (rank, name, position)
        for name in offers
        for position, rank in usable[name].stacking_ranks.items()
        if position < len(offers[name])
    )
    return tuple(InitialConfig(name, dict(offers[name][position])) for _, name, position in ranked)
