"""Everything about a search that is settled before its first trial."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from optuna.distributions import CategoricalDistribution

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.seeds import derive_seed
from automl_flow.nas.one_shot import STRATEGIES
from automl_flow.nas.problem import NasProblem, encode, encode_folds, shape_of
from automl_flow.nas.samplers.unseen import make_sampler, strategy_names
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.objective import Arena
from automl_flow.nas.search.one_shot_stage import Stage
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import space_for
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.nas.training.loop import TrainingConfig
from automl_flow.tasks.metrics import get_metric
from automl_flow.version import __version__

FEW_STARTS, MOST_STARTS = 4, 10
MANY_TRIALS = 400  # from here on evolution, whose cost does not grow with the history
_PATIENCE = 6  # epochs, for tables


@dataclass(frozen=True)
class Setting:
    """A search that is ready to start.

    Attributes:
        arena: What the workers know.
        space: The search space.
        strategy: Name of the strategy.
        sampler: Strategy that draws the trials: the same, or what goes on from a one-shot strategy's candidates.
        one_shot: The one-shot strategy that runs before the first trial; ``None`` for other strategies.
        why: Why this one.
        startup: Random trials of a strategy that has such a phase.
        first: Architectures that are tried first; the plain reference network leads.
        samples: Training samples of a trial, over all rounds.
        batch: Samples per step.
        rungs: Whether trials are stopped and promoted; where training stops early by itself they are not.
        final_epochs: Epochs of the final training unless the user sets them.
        key: Hash of everything that a trial's result depends on.
        whole_preprocessor: What encodes a table's rows, fitted to all of them; ``None`` for arrays.
    """

    arena: Arena
    space: Space
    strategy: str
    sampler: str
    one_shot: Stage | None
    why: str
    startup: int
    first: tuple[Architecture, ...]
    samples: int
    batch: int
    rungs: bool
    final_epochs: int
    key: str
    whole_preprocessor: Any = None

    def preprocessor(self, problem: NasProblem, *, whole: bool) -> Any | None:
        """What encodes a table for its network: learned from all samples or as in round one; ``None`` for arrays."""
        if whole or problem.recipe is None:
            return self.whole_preprocessor
        rows = np.setdiff1d(problem.rows, self.arena.rounds[0].rows) if not problem.folds else problem.folds[0][0]
        return encode(problem, rows, [], derive_seed(self.arena.seed, "rounds"))[0]


def make_setting(problem: NasProblem, config: NasConfig, state: Path) -> Setting:
    """Encode the samples, make the space, and choose the strategy."""
    seed = config.seed
    rounds = encode_folds(problem, config.valid, derive_seed(seed, "rounds"), config.turns)
    preprocessor, x = encode(problem, problem.rows, [], derive_seed(seed, "rounds"))
    shape = shape_of(x, problem.kind, problem.target.outputs)
    space = space_for(shape, config.space, config.space_options)
    metric = get_metric(problem.task.metric_name, problem.task.problem)
    training = _training(config, problem, smooth=metric.needs == "label")
    options = json.loads(space.options.model_dump_json())
    arena = Arena(
        space.name, options, shape, rounds, problem.training_data(x, problem.rows), problem.task.problem, metric.name,
        config.objectives, training, state, seed, config.screen > 0, problem.target.classes,
    )  # fmt: skip
    strategy, why = choose_strategy(config, space.size(shape))
    check_strategy(strategy, space, shape)
    one_shot = Stage.of(strategy, config.strategy_options, space, shape)
    if one_shot is None:
        make_sampler(
            strategy, seed, FEW_STARTS, config.strategy_options
        )  # what it does not take is told before any trial
    known = [space.reference(shape), *space.portfolio(shape)]
    first = tuple(a for i, a in enumerate(known) if a.key not in {b.key for b in known[:i]})
    return Setting(
        arena=arena,
        space=space,
        strategy=strategy,
        sampler=strategy if one_shot is None else _model_of(config.max_trials),
        one_shot=one_shot,
        why=why,
        startup=min(MOST_STARTS, max(FEW_STARTS, (config.max_trials or 4 * MOST_STARTS) // 4)),
        first=first,
        samples=sum(len(round_.fit.x) for round_ in rounds),
        batch=TrainingConfig(**training).batch(len(rounds[0].fit.x)),
        rungs=problem.kind != "table",
        final_epochs=config.epochs if problem.kind == "table" else 2 * config.epochs,
        key=_key(arena, config),
        whole_preprocessor=preprocessor,
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
        return config.strategy, "asked for"
    trials = config.max_trials
    if trials is not None and trials >= size:
        return "random", f"{trials} trials cover all {size:.0f} architectures"
    if _model_of(trials) == "evolution":
        return "evolution", f"{trials} trials are too many for a model of all of them"
    return "bayesian", "few trials, each of them dear: a model of the metric makes the most of them"


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
    """The strategy that makes the most of so many trials."""
    return "evolution" if trials is not None and trials >= MANY_TRIALS else "bayesian"


def _training(config: NasConfig, problem: NasProblem, *, smooth: bool) -> dict[str, Any]:
    """Fields of the training configuration. Smoothing spoils probabilities, so only label metrics get it."""
    fields: dict[str, Any] = {"epochs": config.epochs, "batch_size": config.batch_size}
    fields["label_smoothing"] = config.label_smoothing if smooth else 0.0
    if problem.kind == "table":
        fields["patience"] = _PATIENCE
    if problem.kind == "image":
        fields["augment"] = "shift"
    return fields


def _key(arena: Arena, config: NasConfig) -> str:
    """Hash of data and settings; limits in seconds and trials, and the number of workers, change no trial."""
    digest = hashlib.sha256(__version__.encode())
    for round_ in arena.rounds:
        for lesson in (round_.fit, round_.valid):
            for array in (lesson.x, lesson.y, lesson.weight):
                digest.update(b"-" if array is None else np.ascontiguousarray(array).tobytes())
    limits = {"time_left_for_this_task", "per_run_time_limit", "memory_limit", "max_trials", "skip_trials"}
    ignored = limits | {"n_jobs", "execution", "final_epochs", "final_seeds", "stop_after", "continued"}
    digest.update(config.model_dump_json(exclude=ignored).encode())
    digest.update(json.dumps([arena.space, arena.options, arena.metric, arena.problem], sort_keys=True).encode())
    return digest.hexdigest()
