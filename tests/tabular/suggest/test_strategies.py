"""Strategies are found by the names of their files and decide from finished trials alone."""

from __future__ import annotations

import optuna
import pytest
from optuna.trial import TrialState, create_trial

from automl_flow.core.errors import ConfigError
from automl_flow.models import FAMILIES
from automl_flow.models.family import FitContext
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.suggest.plan import make_plan
from automl_flow.tabular.suggest.strategies import STRATEGIES
from automl_flow.tabular.suggest.strategy import FamilyDraw, better_more_often, in_turn, quantile_thresholds

CONTEXT = FitContext("binary", "roc_auc", 400, 10, 2, seed=0)


def families(*names: str):
    return {name: FAMILIES.get(name) for name in names}


def run(strategy: str, trials: int, names=("linear", "knn")):
    """An Optuna study of the plan's own suggestions, with a loss that the parameters decide."""
    plan = make_plan(strategy, families(*names), CONTEXT, 5, seed=0)
    study = optuna.create_study()
    found = []
    for number in range(trials):
        study.sampler = plan.sampler(number)
        trial = study.ask()
        found.append(plan.suggest(trial))
        study.tell(trial, sum(value for value in trial.params.values() if isinstance(value, float)))
    return study, found


def test_a_name_that_no_strategy_has_is_refused_with_the_nearest_one():
    with pytest.raises(ValueError, match=r"unknown search strategy 'tpee'.*tpe"):
        SearchConfig(max_trials=1, strategy="tpee")
    with pytest.raises(ConfigError, match="unknown search strategy"):
        make_plan("none", families("linear"), CONTEXT, 5, seed=0)


@pytest.mark.parametrize("name", STRATEGIES.names())
def test_every_strategy_suggests_parameters_that_its_family_can_be_built_with(name):
    _, found = run(name, 6)
    for suggestion in found:
        FAMILIES.get(suggestion.family).build(dict(suggestion.params), CONTEXT)


def test_a_grid_ends_and_a_portfolio_does_not():
    assert make_plan("grid", families("linear"), CONTEXT, 5, seed=0).limit == 3
    assert make_plan("auto", families("linear"), CONTEXT, 5, seed=0).limit is None


def test_cmaes_finds_what_it_kept_with_earlier_trials_of_the_family():
    study, _ = run("cmaes", 12, names=("linear", "hist_gradient_boosting"))
    generations = [
        value
        for trial in study.trials
        for key, value in trial.user_attrs.get("sampler state", {}).items()
        if key.endswith("generation")
    ]
    assert max(generations) > 0


def test_families_take_turns_until_one_has_a_loss():
    draws = [FamilyDraw(number, ("a", "b"), {}, 0) for number in range(4)]
    assert [in_turn(draw) for draw in draws] == ["a", "b", "a", "b"]
    assert [better_more_often(draw) for draw in draws] == ["a", "b", "a", "b"]


def test_a_better_family_is_drawn_more_often():
    drawn = [better_more_often(FamilyDraw(n, ("a", "b"), {"a": 0.9, "b": 0.1}, 0)) for n in range(200)]
    assert 100 < drawn.count("b") < 200


def test_a_threshold_needs_three_trials_that_came_so_far():
    def told(*losses):
        return create_trial(state=TrialState.PRUNED, intermediate_values=dict(enumerate(losses)))

    trials = [told(1.0, 3.0), told(2.0, 2.0), told(3.0)]
    assert quantile_thresholds(trials, [1, 2], 0.5) == {1: 2.0}
    assert quantile_thresholds([*trials, told(9.0, 1.0)], [2], 0.5) == {2: 2.0}
