"""Optuna's samplers over several families: each family is searched by itself, on its own history."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from automl_flow.study.distributions import suggest

FAMILY = "family"  # user attribute that says which family a trial is of
SamplerName = Literal["random", "tpe", "gp", "cmaes"]
_STARTUP = 3  # trials of a family before a model of its losses is believed


class PerFamilySampler(BaseSampler):
    """Shows another sampler only the finished trials of the asking trial's family.

    Families share no parameters, so that a sampler which needs one common space (GP, CMA-ES) would see none, and one
    that models all families together would spend its data on telling them apart. The family is a decision taken
    before the parameters are asked for; it is read from the trial's user attribute ``family``.
    """

    def __init__(self, base: BaseSampler) -> None:
        """Wrap a sampler.

        Args:
            base: Samples inside one family.
        """
        self._base = base
        self._inner: dict[int, Trial] = {}

    def infer_relative_search_space(self, study: Study, trial: FrozenTrial) -> dict[str, BaseDistribution]:  # noqa: ARG002
        """Return nothing: the family is not known yet when Optuna asks."""
        return {}

    def sample_relative(
        self,
        study: Study,  # noqa: ARG002
        trial: FrozenTrial,  # noqa: ARG002
        search_space: dict[str, BaseDistribution],  # noqa: ARG002
    ) -> dict[str, Any]:
        """Return nothing, for the same reason."""
        return {}

    def sample_independent(
        self, study: Study, trial: FrozenTrial, param_name: str, param_distribution: BaseDistribution
    ) -> Any:
        """Ask the family's own study; it samples all parameters together on the first request."""
        if trial.number not in self._inner:
            self._inner[trial.number] = self._ask(study, trial)
        return suggest(self._inner[trial.number], param_name, param_distribution)

    def _ask(self, study: Study, trial: FrozenTrial) -> Trial:
        finished = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        own = optuna.create_study(directions=study.directions, sampler=self._base)
        own.add_trials(t for t in finished if t.user_attrs.get(FAMILY) == trial.user_attrs.get(FAMILY))
        asked = own.ask()
        # CMA-ES keeps its state in attributes of the trial: the next trial of the family has to find them.
        for key, value in own.trials[-1].system_attrs.items():
            study._storage.set_trial_system_attr(trial._trial_id, key, value)
        return asked


class Prefixed:
    """A trial whose parameters are named after the family, so that families may use the same words."""

    def __init__(self, trial: Trial, prefix: str) -> None:
        """Wrap a trial.

        Args:
            trial: The trial.
            prefix: Put before every name, with a dot.
        """
        self._trial, self._prefix = trial, prefix

    def suggest_float(
        self, name: str, low: float, high: float, *, step: float | None = None, log: bool = False
    ) -> float:
        """As the method of :class:`optuna.trial.Trial`."""
        return self._trial.suggest_float(f"{self._prefix}.{name}", low, high, step=step, log=log)

    def suggest_int(self, name: str, low: int, high: int, *, step: int = 1, log: bool = False) -> int:
        """As the method of :class:`optuna.trial.Trial`."""
        return self._trial.suggest_int(f"{self._prefix}.{name}", low, high, step=step, log=log)

    def suggest_categorical(self, name: str, choices: list[Any]) -> Any:
        """As the method of :class:`optuna.trial.Trial`."""
        return self._trial.suggest_categorical(f"{self._prefix}.{name}", choices)


def base_sampler(name: SamplerName, seed: int) -> BaseSampler:
    """Make one of Optuna's samplers, with every option that matters written out: defaults change between versions."""
    return _MAKERS[name](seed)


def _random(seed: int) -> BaseSampler:
    return optuna.samplers.RandomSampler(seed=seed)


def _tpe(seed: int) -> BaseSampler:
    return optuna.samplers.TPESampler(
        n_startup_trials=_STARTUP,
        n_ei_candidates=24,
        multivariate=True,
        group=False,
        constant_liar=False,
        seed=seed,
    )


def _gp(seed: int) -> BaseSampler:
    return optuna.samplers.GPSampler(
        seed=seed,
        independent_sampler=_random(seed),
        n_startup_trials=_STARTUP,
        deterministic_objective=False,
        warn_independent_sampling=False,
    )


def _cmaes(seed: int) -> BaseSampler:
    return optuna.samplers.CmaEsSampler(
        n_startup_trials=1,
        independent_sampler=_random(seed),
        warn_independent_sampling=False,
        seed=seed,
        with_margin=False,
    )


_MAKERS: dict[SamplerName, Callable[[int], BaseSampler]] = {
    "random": _random,
    "tpe": _tpe,
    "gp": _gp,
    "cmaes": _cmaes,
}
