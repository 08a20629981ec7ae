import pytest

from automl_flow.features.planning.config import FeatureConfig
from automl_flow.hooks.plan import describe, summarize, timetable, upper_bound
from automl_flow.nas.search.config import NasConfig
from automl_flow.tabular.config import SearchConfig
from automl_flow.tasks.spec import TaskSpec


@pytest.mark.parametrize(
    ("config", "seconds"),
    [
        (SearchConfig(time_left_for_this_task=60), 60),
        (SearchConfig(max_trials=10, per_run_time_limit=30, time_left_for_this_task=100), 100),
        (NasConfig(max_trials=1, per_run_time_limit=1, time_left_for_this_task=100), 100),
        (FeatureConfig(seconds=20), 20),
    ],
)
def test_a_limit_for_the_whole_is_a_bound(config, seconds):
    assert upper_bound(config) == seconds


@pytest.mark.parametrize(
    "config",
    [
        SearchConfig(),
        SearchConfig(max_trials=10, per_run_time_limit=30),  # refits on all rows have no limit
        NasConfig(max_trials=10, per_run_time_limit=30),  # nor has the final training
        SearchConfig(max_trials=10**6, per_run_time_limit=3e8),
        FeatureConfig(),
    ],
)
def test_a_limit_for_each_fit_is_none_for_the_whole(config):
    assert upper_bound(config) is None


def test_the_bound_of_a_run_is_the_sum_of_its_steps():
    """Steps run one after another: 20 s of features, 100 s of models and 10 min of networks are 12 min."""
    bounds = [upper_bound(c) for c in (FeatureConfig(seconds=20), SearchConfig(time_left_for_this_task=100))]
    assert summarize([*bounds, 600.0]) == "All searches together stop after at most 12 min."


def test_a_step_without_a_limit_leaves_the_run_without_one():
    assert summarize([60.0, None, None]).startswith("2 of 3 search steps have no time limit")


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (
            SearchConfig(max_trials=8, per_run_time_limit=90, time_left_for_this_task=600),
            "8 trials, at most 10 min in all, each fit at most 90 s",
        ),
        (NasConfig(max_trials=8, per_run_time_limit=90), "8 trials, each training at most 90 s"),
        (SearchConfig(), "no limit"),
        (FeatureConfig(max_evaluations=40), "at most 40 fits"),
        (FeatureConfig(seconds=20), "at most 150 fits, at most 20 s"),
        (SearchConfig(time_left_for_this_task=3e8), "at most 8.33e+04 h in all"),
    ],
)
def test_limits_are_told_in_words(config, words):
    assert describe(config) == words


@pytest.mark.parametrize(
    ("modality", "settings", "words"),
    [
        ("image", {}, "start 9 s, first rung 81 s, later rungs 60 s, final training 2 min, reserve 22 s"),
        ("tabular", {}, "start 9 s, first rung 2 min, final training 2 min, reserve 22 s"),
        ("image", {"strategy": "darts"}, "start 9 s, warm start 36 s, first rung 45 s, later rungs 60 s, "),
    ],
)
def test_the_phases_of_an_architecture_search_are_told(modality, settings, words):
    config = NasConfig(time_left_for_this_task=300, **settings)
    assert timetable(config, TaskSpec(problem="binary", modality=modality)).startswith(words)
