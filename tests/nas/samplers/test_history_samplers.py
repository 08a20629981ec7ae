"""The contract of our samplers that learn from finished trials."""

import optuna
import pytest
from optuna.trial import TrialState

from automl_flow.core.errors import ConfigError
from automl_flow.nas.samplers import (
    SAMPLERS,
    BananasSampler,
    GaussianProcessSampler,
    RegularizedEvolutionSampler,
    ReinforceSampler,
)

OURS = {
    "bananas": lambda seed: BananasSampler(seed=seed, n_startup_trials=4, steps=20),
    "evolution": lambda seed: RegularizedEvolutionSampler(seed=seed, population_size=4),
    "gaussian_process": lambda seed: GaussianProcessSampler(seed=seed, n_startup_trials=4),
    "lstm": lambda seed: ReinforceSampler(seed=seed, n_startup_trials=4, controller="lstm"),
    "reinforce": lambda seed: ReinforceSampler(seed=seed, n_startup_trials=4),
}
every_sampler = pytest.mark.parametrize("make", OURS.values(), ids=OURS.keys())


@pytest.fixture(autouse=True)
def quiet():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(optuna.logging.INFO)


def network(trial):
    """A conditional space with all kinds of parameters; the best network is small, normed and gated."""
    cost = abs(trial.suggest_int("width", 8, 256, log=True) - 32) / 100
    cost += abs(trial.suggest_float("dropout", 0.0, 0.5, step=0.1) - 0.2)
    for edge in range(3):
        cost += trial.suggest_categorical(f"edge_{edge}", ("none", "skip", "conv")) != "conv"
    if trial.suggest_categorical("block", ("plain", "gated")) == "gated":
        return cost + (trial.suggest_float("gate", 1e-3, 1.0, log=True) - 0.1) ** 2
    return cost + 0.5


@every_sampler
def test_resumed_study_continues_as_an_unbroken_one(make):
    unbroken = optuna.create_study(sampler=make(3))
    unbroken.optimize(network, n_trials=10)
    broken = optuna.create_study(sampler=make(3))
    broken.optimize(network, n_trials=6)
    resumed = optuna.create_study(sampler=make(3))
    resumed.add_trials(broken.trials)
    resumed.optimize(network, n_trials=4)
    assert [t.params for t in resumed.trials] == [t.params for t in unbroken.trials]


@every_sampler
def test_another_seed_gives_other_trials(make):
    first, second = (optuna.create_study(sampler=make(seed)) for seed in (0, 1))
    for study in (first, second):
        study.optimize(network, n_trials=6)
    assert [t.params for t in first.trials] != [t.params for t in second.trials]


@every_sampler
def test_maximising_the_negative_is_minimising(make):
    down = optuna.create_study(direction="minimize", sampler=make(0))
    up = optuna.create_study(direction="maximize", sampler=make(0))
    down.optimize(network, n_trials=8)
    up.optimize(lambda trial: -network(trial), n_trials=8)
    assert [t.params for t in down.trials] == [t.params for t in up.trials]


@every_sampler
def test_a_finite_space_is_asked_without_repetition(make):
    space = {f"edge_{i}": optuna.distributions.CategoricalDistribution("abc") for i in range(3)}
    study = optuna.create_study(sampler=make(0))
    for _ in range(24):
        trial = study.ask(space)
        study.tell(trial, sum(value == "a" for value in trial.params.values()))
    assert len({tuple(t.params.items()) for t in study.trials}) == 24


@every_sampler
def test_running_and_failed_trials_are_not_repeated(make):
    space = {f"edge_{i}": optuna.distributions.CategoricalDistribution("abc") for i in range(3)}
    study = optuna.create_study(sampler=make(0))
    for number in range(20):
        trial = study.ask(space)
        if number % 3 == 0:
            study.tell(trial, float(number))
        elif number % 3 == 1:
            study.tell(trial, state=TrialState.FAIL)
    assert len({tuple(t.params.items()) for t in study.trials}) == 20


@every_sampler
def test_an_exhausted_space_is_asked_again(make):
    study = optuna.create_study(sampler=make(0))
    study.optimize(lambda trial: float(trial.suggest_int("x", 0, 1)), n_trials=8)
    assert {t.params["x"] for t in study.trials} == {0, 1}


@every_sampler
def test_several_objectives_find_both_ends_of_the_front(make):
    def objectives(trial):
        ones = sum(trial.suggest_int(f"x{i}", 0, 1) for i in range(4))
        return ones, 4 - ones

    study = optuna.create_study(directions=["maximize", "maximize"], sampler=make(0))
    study.optimize(objectives, n_trials=15)
    assert {t.values[0] for t in study.trials} >= {0.0, 4.0}


@every_sampler
def test_learns_better_than_random_search(make):
    space = {f"edge_{i}": optuna.distributions.CategoricalDistribution("abcd") for i in range(6)}

    def found(sampler):
        study = optuna.create_study(direction="maximize", sampler=sampler)
        for _ in range(30):
            trial = study.ask(space)
            study.tell(trial, sum(value == "b" for value in trial.params.values()))
        return study.best_value

    assert found(make(0)) > found(optuna.samplers.RandomSampler(0))


@pytest.mark.parametrize("name", SAMPLERS.names())
def test_every_entry_builds_a_sampler_that_samples(name):
    study = optuna.create_study(sampler=SAMPLERS.get(name).build(7, 2))
    study.optimize(lambda t: t.suggest_float("x", 0, 1) + t.suggest_float("y", 0, 1), n_trials=4)
    assert all(0 <= value <= 1 for t in study.trials for value in t.params.values())


@pytest.mark.parametrize("name", SAMPLERS.names())
def test_several_objectives_where_the_entry_says_so(name):
    if not SAMPLERS.get(name).multi_objective:
        pytest.skip("takes one objective")
    study = optuna.create_study(directions=["minimize", "maximize"], sampler=SAMPLERS.get(name).build(7, 2))
    study.optimize(lambda t: (t.suggest_float("x", 0, 1), t.params["x"] ** 2), n_trials=4)
    assert len(study.best_trials) >= 1


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: RegularizedEvolutionSampler(population_size=1), "population_size"),
        (lambda: RegularizedEvolutionSampler(crossover=1.5), "crossover"),
        (lambda: ReinforceSampler(controller="gru"), "gru"),
        (lambda: ReinforceSampler(learning_rate=0.0), "learning_rate"),
        (lambda: BananasSampler(members=1), "members"),
        (lambda: GaussianProcessSampler(n_startup_trials=0), "n_startup_trials"),
    ],
)
def test_an_impossible_argument_is_named(make, named):
    with pytest.raises(ConfigError, match=named):
        make()


def test_samplers_can_be_imported_without_torch():
    import subprocess
    import sys

    code = "import sys, automl_flow.nas.samplers; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
