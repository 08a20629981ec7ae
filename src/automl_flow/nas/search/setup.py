"""The setup of a search: everything that is settled before its first trial."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from optuna.distributions import CategoricalDistribution

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.seeds import derive_seed
from automl_flow.execution.store import ResultStore
from automl_flow.nas.one_shot import STRATEGIES
from automl_flow.nas.problem import NasProblem, encode, encode_folds, shape_of
from automl_flow.nas.samplers.deduplication import make_sampler, strategy_names
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.constraints import Constraints
from automl_flow.nas.search.context import SearchContext
from automl_flow.nas.search.one_shot_stage import OneShotStage
from automl_flow.nas.search.runtime_model import RuntimeModel
from automl_flow.nas.search.schedule import NasSchedule, rungs_of
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import space_for
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.version import __version__

MIN_STARTUP_TRIALS, MAX_STARTUP_TRIALS = 4, 10
MIN_EVOLUTION_TRIALS = 400  # from here on evolution, whose cost does not grow with the history
_PATIENCE_EPOCHS = 6  # for tables
ASKED_FOR = "asked for"


@dataclass(frozen=True)
class SearchSetup:
    """A search that is ready to start.

    Attributes:
        problem: Samples, target and metric.
        config: Limits and options.
        context: What the workers know.
        space: The search space.
        strategy: Name of the strategy.
        reason: Why this one.
        sampler: Strategy that draws the trials: the same, or what follows a one-shot strategy's candidates.
        one_shot: The one-shot strategy that runs before the first trial; ``None`` for other strategies.
        startup: Random trials of a strategy that has such a phase.
        known: Architectures that are tried first; the reference network leads.
        constraints: Caps, and what was proposed.
        runtime: Learns what trainings take.
        schedule: Where the seconds go.
        rungs: Epochs after which trials are compared; where training stops early by itself, the full length alone.
        key: Hash of everything that a trial's result depends on.
        whole_preprocessor: What encodes a table's rows, fitted on all of them; ``None`` for arrays.
    """

    problem: NasProblem
    config: NasConfig
    context: SearchContext
    space: Space
    strategy: str
    reason: str
    sampler: str
    one_shot: OneShotStage | None
    startup: int
    known: tuple[Architecture, ...]
    constraints: Constraints
    runtime: RuntimeModel
    schedule: NasSchedule
    rungs: tuple[int, ...]
    key: str
    whole_preprocessor: Any = None

    @property
    def shape(self) -> DataShape:
        """Shape of the data."""
        return self.context.shape

    @property
    def stops_early(self) -> bool:
        """Whether a training ends by itself when its validation loss no longer falls."""
        return self.problem.kind == "table"

    @property
    def objectives(self) -> int:
        """Number of losses of a trial."""
        return 1 + len(self.config.objectives)

    @property
    def usual_final_epochs(self) -> int:
        """Epochs of the final training unless the user sets them."""
        return self.config.epochs * (1 if self.stops_early else 2)

    @property
    def final_waves(self) -> int:
        """Final trainings one after another."""
        return math.ceil(self.config.final_seeds / self.config.n_jobs)

    def preprocessor(self, *, whole: bool) -> Any | None:
        """What encodes a table for its network: fitted on all samples or as in the first fold; ``None`` for arrays."""
        problem = self.problem
        if whole or problem.recipe is None:
            return self.whole_preprocessor
        rows = np.setdiff1d(problem.rows, self.context.folds[0].rows) if not problem.folds else problem.folds[0][0]
        return encode(problem, rows, [], derive_seed(self.context.seed, "rounds"))[0]


def make_setup(problem: NasProblem, config: NasConfig, store: ResultStore) -> SearchSetup:
    """Encode the samples, make the space, and choose the strategy.

    Args:
        problem: Samples, target and metric.
        config: Limits and options.
        store: Where the trials keep their results.
    """
    from automl_flow.nas.training.loop import TrainingConfig  # loads torch

    seed = config.seed
    preprocessor, x = encode(problem, problem.rows, [], derive_seed(seed, "rounds"))
    shape = shape_of(x, problem.kind, problem.target.outputs)
    space = space_for(shape, config.space, config.space_options)
    context = _context(problem, config, store, space, x)
    strategy, reason = choose_strategy(config, space.size(shape))
    check_strategy(strategy, space, shape)
    one_shot = OneShotStage.of(strategy, config.strategy_options, space, shape)
    if one_shot is None:
        # Options that the sampler does not take are refused before any trial.
        make_sampler(strategy, seed, MIN_STARTUP_TRIALS, config.strategy_options)
    known = {architecture.key: architecture for architecture in (space.reference(shape), *space.portfolio(shape))}
    batch = TrainingConfig(**context.training).batch(len(context.folds[0].fit.x))
    constraints = Constraints(space, shape, config, context.samples, batch)
    table = problem.kind == "table"
    wanted = (config.max_trials or 4 * MAX_STARTUP_TRIALS) // 4
    return SearchSetup(
        problem=problem,
        config=config,
        context=context,
        space=space,
        strategy=strategy,
        reason=reason,
        sampler=strategy if one_shot is None else _model_of(config.max_trials),
        one_shot=one_shot,
        startup=min(MAX_STARTUP_TRIALS, max(MIN_STARTUP_TRIALS, wanted)),
        known=tuple(known.values()),
        constraints=constraints,
        runtime=RuntimeModel(constraints, config.epochs),
        schedule=NasSchedule.of(config, table=table),
        rungs=rungs_of(config, table=table),
        key=_key(context, config),
        whole_preprocessor=preprocessor,
    )


def _context(problem: NasProblem, config: NasConfig, store: ResultStore, space: Space, x: Any) -> SearchContext:
    """The context of the workers.

    Args:
        problem: Samples, target and metric.
        config: Limits and options.
        store: Where the trials keep their results.
        space: The search space.
        x: All samples, encoded.
    """
    metric = problem.task.scorer()
    return SearchContext(
        space=space.name,
        options=json.loads(space.options.model_dump_json()),
        shape=shape_of(x, problem.kind, problem.target.outputs),
        folds=encode_folds(problem, config.validation_fraction, derive_seed(config.seed, "rounds"), config.cv_folds),
        whole=problem.training_data(x, problem.rows),
        problem=problem.task.problem,
        metric=metric.name,
        objectives=config.objectives,
        training=_training(config, problem, smooth=metric.needs == "label"),
        store=store,
        seed=config.seed,
        proxies=config.proxy_candidates > 0,
        labels=problem.target.classes,
    )


def choose_strategy(config: NasConfig, size: float) -> tuple[str, str]:
    """Name the strategy and say why: the user's, or by the size of the space and the budget.

    Raises:
        ConfigError: The user's does not exist.
    """
    if config.strategy != "auto":
        names = [*strategy_names(), *STRATEGIES.names()]
        if config.strategy not in names:
            raise ConfigError(f"strategy: unknown strategy {config.strategy!r}{nearest(config.strategy, names)}")
        return config.strategy, ASKED_FOR
    trials = config.max_trials
    if trials is not None and trials >= size:
        return "random", f"{trials} trials cover all {size:.0f} architectures"
    if _model_of(trials) == "evolution":
        return "evolution", f"a model of {trials} trials would be slow to fit"
    return "bayesian", "with few and expensive trials, a model of the metric makes the most of them"


def check_strategy(strategy: str, space: Space, shape: DataShape) -> None:
    """Check that a strategy can learn something in a space.

    Raises:
        ConfigError: It is for numbers, and all parameters of the space are choices, which it would draw at random.
    """
    parameters = space.parameters(shape).values()
    if strategy == "cmaes" and all(isinstance(d, CategoricalDistribution) for d in parameters):
        raise ConfigError(
            f"strategy: 'cmaes' searches numbers, and all parameters of space {space.name!r} are choices, which it "
            "would draw at random; use 'evolution', which is for choices, or ask for 'random'"
        )


def _model_of(trials: int | None) -> str:
    """The strategy that makes the most of a number of trials."""
    return "evolution" if trials is not None and trials >= MIN_EVOLUTION_TRIALS else "bayesian"


def _training(config: NasConfig, problem: NasProblem, *, smooth: bool) -> dict[str, Any]:
    """Fields of the training configuration. Smoothing spoils probabilities, so only label metrics get it."""
    fields: dict[str, Any] = {"epochs": config.epochs, "batch_size": config.batch_size}
    fields["label_smoothing"] = config.label_smoothing if smooth else 0.0
    if problem.kind == "table":
        fields["patience"] = _PATIENCE_EPOCHS
    if problem.kind == "image":
        fields["augment"] = "shift"
    return fields


def _key(context: SearchContext, config: NasConfig) -> str:
    """Hash of data and settings; limits in seconds and trials, and the number of workers, change no trial."""
    digest = hashlib.sha256(__version__.encode())
    for fold in context.folds:
        for data in (fold.fit, fold.valid):
            for array in (data.x, data.y, data.weight):
                digest.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
    limits = {"time_left_for_this_task", "per_run_time_limit", "memory_limit", "max_trials", "n_jobs", "skip_trials"}
    digest.update(
        config.model_dump_json(
            exclude=limits | {"execution", "final_epochs", "final_seeds", "stop_after", "continued"}
        ).encode()
    )
    digest.update(
        json.dumps([context.space, context.options, context.metric, context.problem], sort_keys=True).encode()
    )
    return digest.hexdigest()
