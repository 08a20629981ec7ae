"""The registry entry of a sampler, and the base of our samplers: read the history, start evenly, never ask twice."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial

from automl_flow.core.errors import ConfigError
from automl_flow.core.seeds import generator
from automl_flow.nas.samplers.surrogates.encoding import Vector, make_dimension, make_dimensions, stratified
from automl_flow.nas.samplers.surrogates.history import History, read_history
from automl_flow.nas.samplers.surrogates.utility import MultiObjective


@dataclass(frozen=True)
class SamplerEntry:
    """A sampler that a configuration can name.

    Attributes:
        build: Called with a seed and the number of random trials to begin with, then the sampler's own options as
            keywords. Every option of an Optuna sampler is set there, because defaults change between versions.
        about: Short description.
        multi_objective: Whether it takes more than one objective.
        requires: Modules that must be installed.
    """

    build: Callable[..., BaseSampler]
    about: str
    multi_objective: bool = True
    requires: tuple[str, ...] = ()


class HistorySampler(BaseSampler):
    """A stateless sampler: a draw follows from the seed, the trial's number and the study's history.

    So a study that was interrupted and resumed continues as if it had not been, on any storage. The search space is
    the union of the parameters seen so far: a parameter that depends on another one is drawn in every trial, and used
    where the objective asks for it. Subclasses decide in :meth:`_propose` and nowhere else.

    Args:
        seed: Seed of all draws; the trial's number and the purpose of a draw are mixed in.
        n_startup_trials: Configurations of an evenly spread random design before the strategy decides.
        multi_objective: How several objectives become one.

    Raises:
        ConfigError: *n_startup_trials* is less than 1.
    """

    def __init__(self, *, seed: int, n_startup_trials: int, multi_objective: MultiObjective) -> None:
        require(n_startup_trials >= 1, f"n_startup_trials must be at least 1, got {n_startup_trials}")
        self._seed = seed
        self._n_startup_trials = n_startup_trials
        self._multi_objective: MultiObjective = multi_objective

    @abstractmethod
    def _propose(self, history: History, rng: np.random.Generator) -> Vector:
        """Choose the next configuration, (d,) without NaN; *history* has at least one finished trial."""

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:
        """Return the union of all parameters of earlier trials, each with its latest distribution."""
        space: dict[str, BaseDistribution] = {}
        for other in study.get_trials(deepcopy=False):
            if other.number != trial.number:
                space.update(other.distributions)
        return space

    def sample_relative(
        self, study: Study, trial: FrozenTrial, search_space: dict[str, BaseDistribution]
    ) -> dict[str, Any]:
        """Draw all parameters of *search_space* together."""
        if not search_space:
            return {}
        dimensions = make_dimensions(search_space)
        rng = generator(self._seed, "propose", trial.number)
        history = read_history(study, trial, dimensions, self._multi_objective, rng)
        if history.asked < self._n_startup_trials or not len(history.X):
            row = self._start(history, trial.number, rng)
        else:
            row = self._propose(history, rng)
        return {d.name: d.decode(float(number)) for d, number in zip(dimensions, row, strict=True)}

    def sample_independent(
        self,
        study: Study,  # noqa: ARG002  # the method's form is Optuna's
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:
        """Draw one parameter that no earlier trial had, or whose range has changed."""
        dimension = make_dimension(param_name, param_distribution)
        return dimension.decode(stratified(dimension, self._seed, trial.number, self._n_startup_trials))

    def _start(self, history: History, number: int, rng: np.random.Generator) -> Vector:
        strata = self._n_startup_trials
        row = np.array([stratified(d, self._seed, number, strata) for d in history.dimensions])
        return row if history.is_new(row[None])[0] else history.draw_new(rng)


def require(condition: bool, message: str) -> None:  # noqa: FBT001  # the condition is the point
    """Check a constructor argument.

    Raises:
        ConfigError: *condition* does not hold.
    """
    if not condition:
        raise ConfigError(message)
