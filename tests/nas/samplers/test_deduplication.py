"""Strategies by name, and draws that are repeated until they are wanted."""

from __future__ import annotations

from typing import Any

import optuna
import pytest
from optuna.distributions import CategoricalDistribution

from automl_flow.core.errors import ConfigError
from automl_flow.nas.samplers.deduplication import DeduplicatingSampler, make_sampler, strategy_names

SPACE = {name: CategoricalDistribution((0, 1, 2)) for name in "abc"}


def run(name: str, accept: Any, trials: int = 12) -> list[dict[str, Any]]:
    study = optuna.create_study()
    for number in range(trials):
        study.sampler = DeduplicatingSampler(lambda s: make_sampler(name, s, 3, {}), number, SPACE, accept)
        trial = study.ask()
        for key, distribution in SPACE.items():
            trial.suggest_categorical(key, distribution.choices)
        study.tell(trial, sum(trial.params.values()))
    return [trial.params for trial in study.trials]


@pytest.mark.parametrize("name", sorted(strategy_names()))
def test_every_strategy_draws_only_what_is_wanted(name: str) -> None:
    drawn = run(name, lambda params: params["a"] != 1)
    assert all(params["a"] != 1 for params in drawn)


@pytest.mark.parametrize("name", sorted(strategy_names()))
def test_every_strategy_repeats_itself(name: str) -> None:
    assert run(name, lambda _: True) == run(name, lambda _: True)


def test_after_many_attempts_a_draw_is_taken_as_it_is() -> None:
    assert len(run("random", lambda _: False, trials=2)) == 2


def test_enqueued_parameters_are_taken_unasked() -> None:
    study = optuna.create_study()
    study.sampler = DeduplicatingSampler(lambda s: make_sampler("random", s, 3, {}), 0, SPACE, lambda _: False)
    study.enqueue_trial({"a": 2, "b": 1, "c": 0})
    trial = study.ask()
    assert [trial.suggest_categorical(key, (0, 1, 2)) for key in "abc"] == [2, 1, 0]


def test_an_unknown_strategy_is_answered_with_the_nearest() -> None:
    with pytest.raises(ConfigError, match="unknown strategy 'bayesean'; did you mean 'bayesian'"):
        make_sampler("bayesean", 0, 3, {})


def test_an_unknown_option_names_the_strategy() -> None:
    with pytest.raises(ConfigError, match="strategy_options of 'evolution'"):
        make_sampler("evolution", 0, 3, {"populasion": 3})
