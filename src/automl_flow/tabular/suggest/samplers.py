"""Optuna's samplers over several families: each family is searched by itself, on its own history."""

from __future__ import annotations

from typing import Any

import optuna
from optuna.distributions import BaseDistribution
from optuna.samplers import BaseSampler
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial, TrialState

from automl_flow.study.distributions import suggest
from automl_flow.tabular.suggest.strategy import FAMILY, MIN_TOLD_TRIALS

_STATE = "sampler state"  # user attribute of a trial: what the sampler of its family keeps in trials


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

    def keep_state(self, trial: Trial) -> None:
        """Store the sampler's state with the trial, because CMA-ES reads it from earlier trials."""
        if trial.number in self._inner:
            trial.set_user_attr(_STATE, dict(self._inner[trial.number].study.trials[-1].system_attrs))

    def _ask(self, study: Study, trial: FrozenTrial) -> Trial:
        finished = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        own = optuna.create_study(directions=study.directions, sampler=self._base)
        own.add_trials(_with_state(t) for t in finished if t.user_attrs.get(FAMILY) == trial.user_attrs.get(FAMILY))
        return own.ask()


def _with_state(trial: FrozenTrial) -> FrozenTrial:
    """A finished trial as the sampler of its family knows it."""
    return optuna.trial.create_trial(
        state=trial.state,
        values=trial.values,
        params=trial.params,
        distributions=trial.distributions,
        system_attrs=trial.user_attrs.get(_STATE),
        intermediate_values=trial.intermediate_values,
    )


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


def random_sampler(seed: int) -> BaseSampler:
    """Draw at random."""
    return optuna.samplers.RandomSampler(seed=seed)


def tpe_sampler(seed: int) -> BaseSampler:
    """Tree-structured Parzen estimator that models the parameters together."""
    return optuna.samplers.TPESampler(
        n_startup_trials=MIN_TOLD_TRIALS,
        n_ei_candidates=24,
        multivariate=True,
        group=False,
        constant_liar=False,
        seed=seed,
    )
