"""The search for an architecture: ask, train a little, promote, train the winner on everything."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import optuna
from numpy.typing import NDArray

from automl_flow.core.errors import BudgetError
from automl_flow.core.progress import Progress
from automl_flow.execution.local import LocalRunner, Runner
from automl_flow.nas import final, trial
from automl_flow.nas.config import NasConfig
from automl_flow.nas.ledger import Ledger, known_values
from automl_flow.nas.network import NetworkModel
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.rungs import discard, merged, promoted, ranked, rungs
from automl_flow.nas.sampling import FreshSampler, make_sampler
from automl_flow.nas.setting import Setting, make_setting
from automl_flow.nas.space import Architecture
from automl_flow.search.budget import Clock
from automl_flow.search.journal import Journal
from automl_flow.search.records import TrialRecord
from automl_flow.search.study import Search, StudyResult, run_study
from automl_flow.tasks.metrics import get_metric
from automl_flow.tasks.splits import Positions

SEARCH_SHARE = 0.6  # of the time; the rest is for the final training
FIRST_RUNG_SHARE = 0.6  # of the time of the search
WINDOW = 4


@dataclass(frozen=True)
class NasResult:
    """What a search found.

    Attributes:
        records: All trials, in the order of their numbers, with the results of the rung that each reached last.
        best: Number of the trial that won.
        architecture: Its architecture.
        network: The trained network.
        oof: Predictions for the judging samples by the winner's trial: (m, k) probabilities or (m, 1) values.
        rows: Positions of these samples in the problem's samples.
        strategy: Strategy that was used, which ``auto`` leaves open.
        why: Why it was used.
        front: Numbers of the trials that no other trial beats in all objectives.
        proxies: Rank correlation of each zero-cost proxy with the metric, where proxies were used.
        reproduce: Settings that repeat this search without a limit in seconds.
        interrupted: The user stopped it; the result is what was there.
        maximize: Whether a larger value of the metric is better.
    """

    records: tuple[TrialRecord, ...]
    best: int
    architecture: Architecture
    network: NetworkModel
    oof: NDArray[np.float64]
    rows: Positions
    strategy: str
    why: str
    front: tuple[int, ...] = ()
    proxies: Mapping[str, float] = field(default_factory=dict)
    reproduce: Mapping[str, Any] = field(default_factory=dict)
    interrupted: bool = False
    maximize: bool = True

    @property
    def history(self) -> list[dict[str, float]]:
        """Training history of the winner's trial, an entry per epoch."""
        return list(self.records[self.best].attrs["history"])


def search_architecture(problem: NasProblem, config: NasConfig, state: Path, progress: Progress) -> NasResult:
    """Search for an architecture and train it.

    The same problem and settings give the same trials and the same network for any number of workers, in one go or
    resumed, as long as no limit in seconds cuts in.

    Args:
        problem: Samples, target, metric, and who trains on what.
        config: Space, strategy and limits.
        state: Folder of journals and checkpoints. Searching again in it resumes; other data or settings start afresh.
        progress: Told of every finished trial.

    Raises:
        ConfigError: An unknown space, option, strategy or operation.
        BudgetError: The budget ended before any network was trained.
    """
    setting = make_setting(problem, config, Path(state))
    return _Run(problem, config, setting, progress).run()


class _Run:
    """A running search; its methods are the steps, in order."""

    def __init__(self, problem: NasProblem, config: NasConfig, setting: Setting, progress: Progress) -> None:
        self.problem, self.config, self.setting, self.progress = problem, config, setting, progress
        self.arena, self.space = setting.arena, setting.space
        self.ledger = Ledger(setting.space, setting.arena.shape, config, setting.samples, setting.batch)
        self.maximize = get_metric(self.arena.metric, self.arena.problem).greater_is_better
        self.stops = rungs(config.epochs, config.reduction if setting.rungs else 1)
        self.interrupted = False
        self.skipped: tuple[int, ...] = ()

    def run(self) -> NasResult:
        """Search, promote, train."""
        clock = Clock(self.config.time_left_for_this_task)
        with ExitStack() as stack:
            runner = stack.enter_context(LocalRunner(self.arena, self.config.n_jobs))
            records = self._first_rung(runner, self._share(clock, FIRST_RUNG_SHARE if len(self.stops) > 1 else 1.0))
            for stop in self.stops[1:]:
                records = self._next_rung(runner, records, stop, self._share(clock, 1.0))
            order = ranked(records, maximize=self.maximize)
            if not order:
                raise BudgetError(_nothing_trained(records))
            best = order[0]
            architecture = self.space.architecture(best.params, self.arena.shape)
            network = self._train_winner(runner, best, architecture, clock)
        return NasResult(
            records=tuple(records),
            best=best.number,
            architecture=architecture,
            network=network,
            oof=np.load(self.arena.predictions(best.number), allow_pickle=False),
            rows=np.concatenate([round_.rows for round_ in self.arena.rounds]),
            strategy=self.setting.strategy,
            why=self.setting.why,
            front=front(records, self.setting.directions),
            reproduce={"max_trials": len(records), "skip_trials": list(self.skipped)},
            interrupted=self.interrupted,
            maximize=self.maximize,
        )

    def _share(self, clock: Clock, share: float) -> Clock:
        """A clock that ends when the search has used its share of the time."""
        return Clock(None if clock.seconds is None else max(0.01, clock.seconds * SEARCH_SHARE * share - clock.spent))

    def _first_rung(self, runner: Runner, clock: Clock) -> list[TrialRecord]:
        """The search proper: every trial trains up to the first rung."""
        parameters = self.space.parameters(self.arena.shape)

        def sampler(seed: int) -> optuna.samplers.BaseSampler:
            return FreshSampler(self._make_sampler, seed, parameters, self.ledger.acceptable)

        search = Search(
            directions=self.setting.directions,
            sampler=sampler,
            suggest=self._suggest,
            evaluate=trial.evaluate,
            enqueue=[dict(architecture.params) for architecture in self.setting.first],
            window=WINDOW,
            admit=lambda payload, _left: payload.get("refused"),
        )
        result = self._study(search, runner, self.config, clock, f"rung-{self.stops[0]}")
        self.skipped = result.skip_trials
        return list(result.records)

    def _make_sampler(self, seed: int) -> optuna.samplers.BaseSampler:
        return make_sampler(self.setting.strategy, seed, self.setting.startup, self.config.strategy_options)

    def _suggest(self, asked: optuna.trial.Trial) -> dict[str, Any]:
        """Draw an architecture; say so when it was drawn before, or may not be built."""
        architecture = self.space.suggest(asked, self.arena.shape)
        payload = {
            "params": dict(architecture.params),
            "key": architecture.key,
            "trial": asked.number,
            "stop": self.stops[0],
        }
        self._tidy(asked.study)
        twin = self.ledger.enter(asked.number, architecture)
        if twin is not None:
            return payload | {"duplicate_of": twin, "known": known_values(asked.study.get_trials(deepcopy=False), twin)}
        refused = None if asked.number == 0 else self.ledger.objection(architecture)
        return payload | {"refused": refused}

    def _tidy(self, study: optuna.Study) -> None:
        """Remove the checkpoints of trials that cannot be promoted any more."""
        told = [
            _as_record(t) for t in study.get_trials(deepcopy=False) if t.state.is_finished() and "loss" in t.user_attrs
        ]
        keep = {record.number for record in promoted(told, 1, maximize=self.maximize)}
        discard(self.arena, keep, [record.number for record in told])

    def _next_rung(self, runner: Runner, records: list[TrialRecord], stop: int, clock: Clock) -> list[TrialRecord]:
        """Train the best trials on, up to epoch *stop*."""
        chosen = promoted(records, self.config.reduction, maximize=self.maximize)
        if not chosen or self.interrupted:
            return records
        numbers = [record.number for record in chosen]

        def suggest(asked: optuna.trial.Trial) -> dict[str, Any]:
            architecture = self.space.suggest(asked, self.arena.shape)
            return {"params": dict(architecture.params), "trial": numbers[asked.number], "stop": stop}

        search = Search(
            directions=self.setting.directions,
            sampler=_no_sampler,
            suggest=suggest,
            evaluate=trial.evaluate,
            enqueue=[dict(record.params) for record in chosen],
            window=len(chosen),
        )
        config = self.config.model_copy(update={"max_trials": len(chosen), "skip_trials": ()})
        later = self._study(search, runner, config, clock, f"rung-{stop}")
        return merged(records, later.records, numbers)

    def _train_winner(
        self, runner: Runner, best: TrialRecord, architecture: Architecture, clock: Clock
    ) -> NetworkModel:
        """Train on all samples, from several seeds; where that is cut short, the trial's own network stands in."""
        epochs = self._final_epochs(best, clock)
        done: Sequence[TrialRecord] = ()
        if epochs and not self.interrupted:
            payload = {"params": dict(architecture.params), "epochs": epochs}
            search = Search(
                directions=["minimize"],
                sampler=_no_sampler,
                suggest=lambda asked: payload | {"seed": asked.suggest_int("seed", 0, self.config.final_seeds)},
                evaluate=final.evaluate,
                enqueue=[{"seed": number} for number in range(self.config.final_seeds)],
                window=self.config.final_seeds,
            )
            config = self.config.model_copy(
                update={"max_trials": self.config.final_seeds, "skip_trials": (), "per_run_time_limit": None}
            )
            done = self._study(search, runner, config, clock, f"final-{best.number}-{epochs}").records
        numbers = [record.number for record in done if record.state == "complete"]
        files = [final.member_file(self.arena, number) for number in numbers]
        stand_in = None if files else final.own_member(self.arena, architecture, best.number)
        files = files or ([stand_in] if stand_in is not None else [])
        if not files:
            raise BudgetError("the budget ended before the winning network could be kept; allow more time or trials")
        whole = stand_in is None
        return NetworkModel(
            architecture=architecture,
            options=json.loads(self.space.options.model_dump_json()),
            shape=self.arena.shape,
            classes=self.problem.target.classes,
            module=final.load_members(self.arena, self.space, architecture, files),
            preprocessor=self.setting.preprocessor(self.problem, whole=whole),
            facts={
                "metric": self.arena.metric,
                "score": (best.values or (math.nan,))[0],
                "trained_on": "all samples" if whole else "the trial's training samples",
                "epochs": epochs if whole else best.attrs["epochs"],
                "networks": len(files),
            },
        )

    def _final_epochs(self, best: TrialRecord, clock: Clock) -> int:
        """Planned epochs of the final training, or as many as the seconds that are left allow; 0 for none."""
        planned = self.config.final_epochs or self.setting.final_epochs
        if not math.isfinite(clock.left):
            return planned
        per_epoch = best.seconds / max(1, best.attrs["epochs"]) / len(self.arena.rounds)
        waves = math.ceil(self.config.final_seeds / self.config.n_jobs)
        grown = len(self.arena.whole.x) / max(1, len(self.arena.rounds[0].fit.x))
        fitting = int(0.85 * clock.left / max(1e-6, per_epoch * grown * waves))
        return min(planned, fitting)

    def _study(self, search: Search, runner: Runner, config: NasConfig, clock: Clock, name: str) -> StudyResult:
        """Run a study with a journal of its own."""
        with Journal(self.arena.folder / name, self.setting.key).open() as journal:
            result = run_study(
                search, runner=runner, budget=config, clock=clock, journal=journal, progress=self.progress
            )
        self.interrupted = self.interrupted or result.interrupted
        return result


def _no_sampler(seed: int) -> optuna.samplers.BaseSampler:
    """Everything is enqueued."""
    return optuna.samplers.RandomSampler(seed=seed)


def _as_record(told: optuna.trial.FrozenTrial) -> TrialRecord:
    state = "complete" if told.state == optuna.trial.TrialState.COMPLETE else "failed"
    return TrialRecord(told.number, told.params, tuple(told.values or ()) or None, state, attrs=told.user_attrs)  # type: ignore[arg-type]


def front(records: Sequence[TrialRecord], directions: Sequence[str]) -> tuple[int, ...]:
    """Numbers of the trials that no other trial equals or beats in everything."""
    signs = np.asarray([-1.0 if direction == "maximize" else 1.0 for direction in directions])
    complete = [r for r in records if r.state == "complete" and r.values and "duplicate_of" not in r.attrs]
    values = np.asarray([r.values for r in complete], dtype=np.float64).reshape(len(complete), len(signs)) * signs
    beaten = [bool(((values <= v).all(axis=1) & (values < v).any(axis=1)).any()) for v in values]
    return tuple(r.number for r, b in zip(complete, beaten, strict=True) if not b)


def _nothing_trained(records: Sequence[TrialRecord]) -> str:
    reasons = [f"trial {r.number}: {r.cause}: {r.message.splitlines()[0] if r.message else ''}" for r in records[:3]]
    return "no network could be trained within the budget" + ("; " + "; ".join(reasons) if reasons else "")
