"""Model search on tables: from a problem to candidates with out-of-fold predictions."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.progress import Progress, silent_progress
from automl_flow.execution.local import LocalRunner
from automl_flow.search import refit
from automl_flow.search.budget import Budget, Clock
from automl_flow.search.candidate import Candidate
from automl_flow.search.costs import CostModel
from automl_flow.search.family import ModelFamily
from automl_flow.search.journal import Journal
from automl_flow.search.members import oof_path, read_oof
from automl_flow.search.objective import PRELOAD, TrialContext, evaluate
from automl_flow.search.problem import TabularProblem
from automl_flow.search.strategies import Plan, Strategy, make_plan
from automl_flow.search.study import Search, StudyResult, TrialRecord, run_study
from automl_flow.tasks.metrics import Metric, metric_of

_WINDOW = 8  # open trials; more than workers, so that a slow trial does not leave them idle
_TRIAL_SHARE = 0.35  # of the whole time, after which the iterative fits of one trial stop by themselves
_RUN_SHARE = 0.55  # of the time limit of a trial, likewise; predicting and storing come after


class SearchConfig(Budget):
    """Settings of a tabular search; a limit of trials or of seconds is needed.

    Attributes:
        per_run_time_limit: Seconds for one fit. A trial fits one model per fold and may take that many times longer.
            Boosters and networks stop at about half of it and keep what they have.
        strategy: ``auto`` tries a portfolio of strong configurations and then goes on by Bayesian search on the
            families that did well; ``random``, ``grid``, ``tpe``, ``gp`` and ``cmaes`` search without a portfolio;
            ``hyperband`` gives up weak trials after some folds.
        families: Families to use; ``None`` takes all that are installed.
        ensemble_size: Steps of the greedy ensemble selection; 1 keeps the best candidate alone.
        threads: Threads of one fit; ``None`` gives each worker its share of the processors.
        predict_microseconds: Upper bound of the work per row (one thread, estimated) of the final ensemble.
        refits: How often each member of the ensemble is fitted again on all rows, with a seed of its own each time:
            the most, as far as time and ``predict_microseconds`` allow, or a number for each trial, which is how a
            run that the clock ended is repeated. A member without any keeps the models of the folds, or of one.
    """

    strategy: Strategy = "auto"
    families: tuple[str, ...] | None = None
    ensemble_size: int = Field(default=40, ge=1, le=500)
    threads: int = Field(default=1, ge=1)
    predict_microseconds: float = Field(default=200.0, gt=0)
    refits: Annotated[int, Field(ge=0, le=20)] | dict[int, Annotated[int, Field(ge=0)]] = 3


@dataclass(frozen=True)
class SearchResult:
    """What a search found.

    Attributes:
        records: All trials, failed ones with their cause.
        candidates: Trials that ended well, best first.
        oof: Their out-of-fold predictions, shape (candidates, covered rows, k), k = 1 in regression.
        rows: The covered rows: positions in the problem's table.
        reproduce: Settings that repeat this search exactly, without a limit in seconds.
        interrupted: The user stopped it.
        left_out: Families that could not be used, with the reason.
    """

    records: tuple[TrialRecord, ...]
    candidates: tuple[Candidate, ...]
    oof: NDArray[np.float32]
    rows: NDArray[np.int64]
    reproduce: Mapping[str, Any] = field(default_factory=dict)
    interrupted: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)


class _EndableClock(Clock):
    """A clock that can be stopped early, when no trial would fit into what is left."""

    def end(self) -> None:
        """Let the time be over now."""
        self.seconds = self.spent


def search_models(
    problem: TabularProblem,
    families: Mapping[str, ModelFamily],
    config: SearchConfig,
    state: Path,
    progress: Progress | None = None,
) -> SearchResult:
    """Search for good candidates.

    The state folder makes the search resumable: called again with the same problem and settings, it goes on where
    it was killed. Models of each trial are kept there.

    Args:
        problem: Training rows, folds and preprocessing.
        families: Families by name, usually ``models.FAMILIES.available()``.
        config: Limits and strategy.
        state: Folder for the journal, predictions and fitted models.
        progress: Told of every trial.

    Raises:
        ConfigError: No limit at all, an unknown family, or none that suits the problem.
        BudgetError: Another search runs in the same folder.
    """
    began = time.monotonic()
    if config.max_trials is None and config.time_left_for_this_task is None:
        raise ConfigError("a search needs a limit: set time_left_for_this_task (seconds) or max_trials")
    chosen = choose_families(families, config.families)
    threads = config.threads
    plan = make_plan(config.strategy, chosen, problem.context(config.seed, threads), len(problem.folds), config.seed)
    progress = progress or silent_progress()
    left_out = {name: why for name, family in chosen.items() if (why := family.obstacle(plan.context)) is not None}
    if not plan.families:
        reasons = "; ".join(f"{name} {why}" for name, why in left_out.items())
        raise ConfigError(f"no model family suits {len(problem.X)} rows of a {problem.task.problem} problem: {reasons}")
    for name, why in left_out.items():
        progress.note(f"family {name} is left out: it {why}")
    key = problem.key(config.strategy, sorted(plan.families), config.seed, threads)
    with Journal(Path(state), key).open() as journal:
        spent = journal.spent + (time.monotonic() - began)
        seconds = config.time_left_for_this_task
        clock = _EndableClock(None if seconds is None else seconds * (1 - refit.share(problem)), spent)
        study = _run(problem, plan, config, journal=journal, clock=clock, progress=progress)
    return replace(_collect(problem, study, Path(state), config), left_out=left_out)


def choose_families(families: Mapping[str, ModelFamily], names: Sequence[str] | None) -> dict[str, ModelFamily]:
    """Return the families called *names*, or all.

    Raises:
        ConfigError: There is no family of one of the names.
    """
    for name in names or ():
        if name not in families:
            raise ConfigError(f"families: no model family {name!r} is available{nearest(name, sorted(families))}")
    return {name: family for name, family in families.items() if names is None or name in names}


def _run(
    problem: TabularProblem,
    plan: Plan,
    config: SearchConfig,
    *,
    journal: Journal,
    clock: _EndableClock,
    progress: Progress,
) -> StudyResult:
    seconds, budget = clock.seconds, _trial_budget(config, plan)
    context = TrialContext(
        problem=problem,
        families=plan.families,
        state=journal.folder,
        seed=config.seed,
        threads=config.threads,
        soft_seconds=_soft_seconds(seconds, budget.per_run_time_limit),
        end=None if seconds is None else time.monotonic() + clock.left,
    )
    search = Search(
        directions=("minimize",),
        sampler=plan.sampler,
        suggest=plan.suggest,
        evaluate=evaluate,
        enqueue=plan.enqueue(),
        window=_WINDOW,
        admit=None if seconds is None else _Gate(plan, journal, clock, context.soft_seconds),
        label="models",
        describe=partial(_describe, metric=metric_of(problem.task)),
    )
    with LocalRunner(context, config.n_jobs, config.threads, PRELOAD) as runner:
        return run_study(search, runner=runner, budget=budget, clock=clock, journal=journal, progress=progress)


def _soft_seconds(total: float | None, trial: float | None) -> float | None:
    """When the fits of one trial should stop by themselves, given the seconds of the search and of a trial."""
    limits = [share * limit for share, limit in ((_TRIAL_SHARE, total), (_RUN_SHARE, trial)) if limit is not None]
    return min(limits, default=None)


def _trial_budget(config: SearchConfig, plan: Plan) -> Budget:
    """The budget in terms of trials: a trial fits one model per fold."""
    values = {name: getattr(config, name) for name in Budget.model_fields}
    if config.per_run_time_limit is not None:
        values["per_run_time_limit"] = config.per_run_time_limit * plan.n_folds
    limits = [limit for limit in (config.max_trials, plan.limit) if limit is not None]
    return Budget(**{**values, "max_trials": min(limits, default=None)})


class _Gate:
    """Decides whether a trial still fits into the time, and ends the search when none does."""

    def __init__(self, plan: Plan, journal: Journal, clock: _EndableClock, soft_seconds: float | None) -> None:
        self._costs = CostModel(plan.families, plan.context, plan.n_folds, soft_seconds)
        self._plan, self._journal, self._clock = plan, journal, clock
        self._seen: set[int] = set()

    def __call__(self, payload: Mapping[str, Any], left: float) -> str | None:
        for number, entry in self._journal.entries.items():
            attrs = entry["attrs"]
            if number not in self._seen and entry["state"] == "complete" and not attrs.get("cut_short"):
                self._costs.learn(attrs["family"], attrs["params"], float(entry["seconds"]))
            self._seen.add(number)
        refusal = self._costs.refusal(payload["family"], payload["params"], left)
        if refusal is not None and not self._anything_fits(left):
            self._clock.end()
        return refusal

    def _anything_fits(self, left: float) -> bool:
        firsts = {start.family: start.params for start in reversed(self._plan.starts)}
        return any(self._costs.refusal(name, params, left) is None for name, params in firsts.items())


def _describe(record: TrialRecord, metric: Metric) -> str:
    """Say how a trial ended in the metric that people know: losses are scores with their sign turned."""
    if record.values is None or "family" not in record.attrs:
        return str(record)
    score = -record.values[0] if metric.greater_is_better else record.values[0]
    return f"trial {record.number}, {record.attrs['family']}: {metric.name} {score:.5g}"


def _collect(problem: TabularProblem, study: StudyResult, state: Path, config: SearchConfig) -> SearchResult:
    """Read the predictions of the trials that ended well."""
    complete = (record for record in study.records if record.state == "complete")
    stored = [record for record in complete if oof_path(state, record.number).is_file()]
    candidates = sorted(map(_candidate, stored), key=lambda candidate: (candidate.loss, candidate.number))
    rows = problem.covered()
    shape = (0, len(rows), problem.target.outputs)
    oof = [read_oof(state, candidate.number) for candidate in candidates]
    return SearchResult(
        records=study.records,
        candidates=tuple(candidates),
        oof=np.stack(oof) if oof else np.empty(shape, dtype=np.float32),
        rows=rows,
        reproduce={
            "max_trials": len(study.records),
            "skip_trials": list(study.skip_trials),
            "seed": config.seed,
            "strategy": config.strategy,
            "exact": not any(candidate.cut_short for candidate in candidates),
        },
        interrupted=study.interrupted,
    )


def _candidate(record: TrialRecord) -> Candidate:
    attrs = record.attrs
    return Candidate(
        number=record.number,
        family=str(attrs["family"]),
        params=dict(attrs["params"]),
        loss=(record.values or (float("inf"),))[0],
        fold_losses=tuple(attrs["fold_losses"]),
        iterations=tuple(attrs["iterations"]),
        work=float(attrs["work"]),
        cut_short=bool(attrs["cut_short"]),
    )
