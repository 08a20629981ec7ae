"""Every sampler of ours passes the cases that Optuna publishes for samplers."""

import optuna
import pytest
from optuna.testing.pytest_samplers import (
    BasicSamplerTestCase,
    MultiObjectiveSamplerTestCase,
    RelativeSamplerTestCase,
)

from automl_flow.nas.samplers import (
    BananasSampler,
    GaussianProcessSampler,
    RegularizedEvolutionSampler,
    ReinforceSampler,
)
from automl_flow.nas.samplers.grid import GridSampler

# Few start-up trials, so that the strategy itself is what the cases see.
SAMPLERS = {
    "bananas": lambda: BananasSampler(seed=0, n_startup_trials=1, steps=5),
    "evolution": lambda: RegularizedEvolutionSampler(seed=0, population_size=2),
    "gaussian_process": lambda: GaussianProcessSampler(seed=0, n_startup_trials=1),
    "grid": lambda: GridSampler(seed=0),
    "reinforce": lambda: ReinforceSampler(seed=0, n_startup_trials=1),
    "reinforce_lstm": lambda: ReinforceSampler(seed=0, n_startup_trials=1, controller="lstm"),
}


@pytest.fixture(autouse=True)
def quiet():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(optuna.logging.INFO)


class _Ours:
    """Overrides the cases' own fixture, which is meant to be overridden."""

    @pytest.fixture(params=sorted(SAMPLERS))
    def sampler(self, request):
        return SAMPLERS[request.param]


class TestBasic(_Ours, BasicSamplerTestCase):
    """One parameter at a time, odd values, conditions, changing ranges."""


class TestRelative(_Ours, RelativeSamplerTestCase):
    """Several parameters together."""


class TestSeveralObjectives(_Ours, MultiObjectiveSamplerTestCase):
    """More than one objective."""
