"""The parts that our samplers share: encoding, activity, utility, kernel and policies."""

import math

import numpy as np
import optuna
import pytest
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.trial import TrialState, create_trial

from automl_flow.nas.samplers.surrogates.candidates import families
from automl_flow.nas.samplers.surrogates.encoding import keys_of, make_dimension, make_dimensions, stratified
from automl_flow.nas.samplers.surrogates.gp import _negative_likelihood, condition, distances, fit_kernel
from automl_flow.nas.samplers.surrogates.history import learn_activity
from automl_flow.nas.samplers.surrogates.policies import LstmPolicy, TablePolicy, action_space
from automl_flow.nas.samplers.surrogates.utility import average_ranks, utility

DISTRIBUTIONS = [
    CategoricalDistribution(("a", 2, None)),
    IntDistribution(1, 100, log=True),
    IntDistribution(-4, 8, step=3),
    FloatDistribution(1e-5, 1.0, log=True),
    FloatDistribution(0.0, 1.0, step=0.1),
    FloatDistribution(2.0, 2.0),
    IntDistribution(1, 1, log=True),
]


@pytest.mark.parametrize("distribution", DISTRIBUTIONS, ids=repr)
def test_encoding_is_undone_by_decoding(distribution):
    dimension = make_dimension("x", distribution)
    numbers = dimension.place(np.linspace(0.0, 1.0, 41))
    values = [dimension.decode(number) for number in numbers]
    assert np.allclose([dimension.encode(value) for value in values], numbers)
    assert all(distribution._contains(distribution.to_internal_repr(value)) for value in values)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS[:5], ids=repr)
def test_a_mutation_is_another_value(distribution):
    dimension = make_dimension("x", distribution)
    rng = np.random.default_rng(0)
    numbers = dimension.place(rng.random(500))
    assert not np.isclose(dimension.mutate(numbers, rng), numbers).any()


def test_the_start_visits_every_choice_equally_often():
    dimension = make_dimension("x", CategoricalDistribution("abcd"))
    drawn = [stratified(dimension, 0, number, 10) for number in range(12)]
    assert sorted(drawn) == [0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3]


def test_keys_agree_on_zero_and_on_unused():
    assert keys_of(np.array([[0.0, np.nan]])) == keys_of(np.array([[-0.0, -np.nan]]))


def test_a_conditional_parameter_follows_its_parent():
    X = np.array([[0, 0.3, np.nan], [1, np.nan, 2], [0, 0.1, np.nan], [1, np.nan, 0], [2, np.nan, np.nan]])
    rules = {rule.column: rule for rule in learn_activity(X)}
    asked = np.array([[0, 0.5, 1], [1, 0.5, 1], [2, 0.5, 1]])
    assert rules[1].active(asked).tolist() == [True, False, False]
    assert rules[2].active(asked).tolist() == [False, True, False]


def test_a_numeric_parent_decides_by_threshold():
    depth = np.linspace(0.0, 1.0, 9)
    X = np.column_stack([depth, np.where(depth > 0.6, 0.5, np.nan)])
    (rule,) = learn_activity(X)
    assert rule.active(np.array([[0.2, 0.5], [0.9, 0.5]])).tolist() == [False, True]


def test_ties_share_their_rank():
    assert average_ranks(np.array([3.0, 1.0, 3.0, 2.0])).tolist() == [3.5, 1.0, 3.5, 2.0]


def frozen(value, state=TrialState.COMPLETE, **attributes):
    return create_trial(state=state, value=value, **attributes)


def score(trials, directions=("maximize",)):
    study = optuna.create_study(directions=list(directions))
    return utility(trials, study.directions, "pareto", np.random.default_rng(0))


def test_failed_pruned_infeasible_and_complete_trials_are_in_that_order():
    infeasible = frozen(9.0)
    infeasible.set_constraint("parameters", 1.0)
    late = frozen(None, TrialState.PRUNED, intermediate_values={3: 0.1})
    early = frozen(None, TrialState.PRUNED, intermediate_values={1: 0.9})
    ranked = score([frozen(None, TrialState.FAIL), early, late, infeasible, frozen(0.1), frozen(0.2)])
    assert np.all(np.diff(ranked) > 0)


def test_an_infinite_value_does_not_break_the_order():
    ranked = score([frozen(-math.inf), frozen(0.0), frozen(math.inf)])
    assert np.all(np.diff(ranked) > 0)


def test_the_scale_of_the_objective_does_not_matter():
    values = [0.1, 5.0, -2.0, 0.7]
    assert np.allclose(score([frozen(v) for v in values]), score([frozen(1e6 * v - 3) for v in values]))


def test_a_dominated_trial_ranks_below_the_front():
    values = [(1.0, 4.0), (2.0, 2.0), (4.0, 1.0), (1.0, 1.0)]
    trials = [create_trial(values=v) for v in values]
    ranked = score(trials, ("maximize", "maximize"))
    assert int(np.argmin(ranked)) == 3


def make_space():
    space = {f"edge_{i}": CategoricalDistribution("abc") for i in range(3)}
    return make_dimensions(space | {"width": IntDistribution(1, 20), "rate": FloatDistribution(0, 1)})


def test_like_parameters_are_a_family():
    assert families(make_space()) == [[0, 1, 2]]


def test_the_likelihood_gradient_is_that_of_the_likelihood():
    rng = np.random.default_rng(0)
    dimensions = make_space()
    X = np.column_stack([d.place(rng.random(12)) for d in dimensions])
    D, y, theta = distances(X, X, dimensions), rng.normal(size=12), rng.normal(-1.0, 0.3, size=8)
    _, gradient = _negative_likelihood(theta, D, y, len(dimensions))
    for i in range(len(theta)):
        step = 1e-5 * (np.arange(len(theta)) == i)
        up, down = (_negative_likelihood(theta + s, D, y, len(dimensions))[0] for s in (step, -step))
        assert gradient[i] == pytest.approx((up - down) / 2e-5, rel=1e-4, abs=1e-6)


def test_the_process_is_sure_at_the_data_and_unsure_far_away():
    rng = np.random.default_rng(0)
    dimensions = make_space()
    X = np.column_stack([d.place(rng.random(40)) for d in dimensions])
    y = (X[:, 0] == 0) * 2.0 - 1.0
    model = condition(fit_kernel(distances(X, X, dimensions), y, len(dimensions)), dimensions, X, y)
    mean, deviation = model.predict(X)
    assert np.corrcoef(mean, y)[0, 1] > 0.95
    assert deviation.max() < 1.0


@pytest.mark.parametrize("controller", ["table", "lstm"])
def test_a_rewarded_action_becomes_likely(controller):
    space = action_space(make_space())
    if controller == "table":
        policy = TablePolicy(space, learning_rate=0.4, entropy=0.0)
    else:
        policy = LstmPolicy(space, learning_rate=0.05, entropy=0.0, seed=0)
    rng = np.random.default_rng(0)
    for _ in range(60):
        actions = policy.draw(8, rng)
        policy.update(actions, np.where(actions[:, 0] == 1, 1.0, -0.3) / 8)
    assert np.mean(policy.draw(8, rng)[:2, 0] == 1) == 1.0


def test_the_controller_gradient_is_that_of_the_objective():
    space = action_space(make_space())
    policy = LstmPolicy(space, learning_rate=0.1, entropy=0.0, seed=0)
    rng = np.random.default_rng(0)
    policy._weights = {name: rng.normal(0, 0.3, w.shape) for name, w in policy._weights.items()}
    actions = np.array([[0, 2, 1, 4, 3], [1, -1, 0, 2, 9]])
    advantages = np.array([1.0, -0.5])

    def run():
        steps = []
        for j in range(actions.shape[1]):
            steps.append(policy._forward(j, actions, steps[-1] if steps else None))
        return steps

    def objective():
        return sum(
            advantages[i] * np.log(step.probability[i, actions[i, j]])
            for j, step in enumerate(run())
            for i in range(2)
            if actions[i, j] >= 0
        )

    gradient = policy._backward(run(), actions, advantages)
    for name, weight in policy._weights.items():
        place = np.unravel_index(np.argmax(np.abs(gradient[name])), weight.shape)
        kept = weight[place]
        weight[place] = kept + 1e-5
        up = objective()
        weight[place] = kept - 1e-5
        down = objective()
        weight[place] = kept
        assert gradient[name][place] == pytest.approx((up - down) / 2e-5, rel=1e-4), name


def test_actions_lead_back_to_the_configurations():
    space = action_space(make_space())
    rng = np.random.default_rng(0)
    actions = np.column_stack([rng.integers(0, size, 50) for size in space.sizes])
    assert np.array_equal(space.actions(space.rows(actions, rng)), actions)
