"""Numbers that are absurd, and what is no number, are refused where they are set, in Python and in YAML."""

from __future__ import annotations

import logging
import math

import numpy as np
import pytest

from automl_flow import AutoMLClassifier, ImageClassifier
from automl_flow.core.config import Config, parse_config
from automl_flow.core.errors import ConfigError
from automl_flow.core.threads import processors
from automl_flow.features.planning.config import FeatureConfig
from automl_flow.nas.search.config import NasConfig
from automl_flow.study import budget
from automl_flow.study.budget import Budget, say_if_too_short
from automl_flow.tabular.config import SearchConfig
from automl_flow.tasks.splits import SplitConfig

HUGE = 10**400  # more than a float can be


@pytest.mark.parametrize("config", [Budget, SearchConfig, NasConfig])
@pytest.mark.parametrize(
    ("key", "value"),
    [
        *[(key, HUGE) for key in ("n_jobs", "max_trials", "memory_limit", "time_left_for_this_task", "seed")],
        *[("n_jobs", value) for value in (10**9, 0, -5, True, 1.5, math.nan, [2])],
        *[("max_trials", value) for value in (True, 10**9, 0, math.inf)],
        *[("time_left_for_this_task", value) for value in (True, math.inf, math.nan, 0, -1)],
        *[("per_run_time_limit", value) for value in (False, math.inf, HUGE)],
        *[("skip_trials", value) for value in ([True], [-1], [HUGE])],
    ],
)
def test_a_limit_that_no_machine_can_keep_is_refused(config, key, value):
    with pytest.raises(ConfigError, match=f"here.{key}"):
        parse_config(config, {key: value}, "here")


@pytest.mark.parametrize(
    ("config", "key", "value"),
    [
        (SearchConfig, "threads", 10**9),
        (SearchConfig, "refits", {True: 1}),
        (SearchConfig, "refits", {1: 10**9}),
        (SearchConfig, "stacking", HUGE),
        (FeatureConfig, "max_evaluations", HUGE),
        (FeatureConfig, "seed", HUGE),
        (SplitConfig, "holdout", True),
        (SplitConfig, "seed", HUGE),
    ],
)
def test_other_numbers_have_bounds_too(config, key, value):
    with pytest.raises(ConfigError, match=f"here.{key}"):
        parse_config(config, {key: value}, "here")


@pytest.mark.parametrize("config", [kind for kind in Config.__subclasses__() if kind.__module__.startswith("automl")])
def test_no_number_of_a_configuration_takes_a_truth_value(config):
    for name, field in config.model_fields.items():
        if field.annotation in (int, float, int | None, float | None):
            with pytest.raises(ConfigError, match=rf"here\.{name}: must be a number, got True"):
                parse_config(config, {name: True}, "here")


@pytest.mark.parametrize("value", [10**9, HUGE, 0, True])
@pytest.mark.parametrize("estimator", [AutoMLClassifier, ImageClassifier])
def test_a_fit_refuses_absurd_numbers_of_jobs_before_it_begins(estimator, value):
    with pytest.raises(ConfigError, match=f"{estimator.__name__}.n_jobs"):
        estimator(n_jobs=value).fit(np.zeros((4, 2, 2, 1)), np.arange(4))


def test_there_are_no_more_workers_than_processors_and_that_is_said(caplog):
    assert Budget(n_jobs=1024).workers() == processors()
    assert f"n_jobs is 1024, but execution backend 'local' has {processors()} processors" in caplog.text


def test_a_number_of_workers_that_there_are_processors_for_is_taken_as_it_is(caplog):
    assert Budget(n_jobs=1).workers() == 1
    assert Budget(n_jobs=1024).workers(most=1) == 1
    assert caplog.text == ""


@pytest.mark.parametrize(("load", "seconds", "said"), [(0.0, 2.0, True), (0.0, 4.0, False), (1e6, 60.0, True)])
def test_a_time_that_is_too_short_for_the_start_of_workers_is_said(monkeypatch, caplog, load, seconds, said):
    monkeypatch.setattr(budget.os, "getloadavg", lambda: (load, load, load))
    with caplog.at_level(logging.WARNING, "automl_flow"):
        say_if_too_short(seconds, start=3.0)
    assert ("perhaps no trial will finish" in caplog.text) == said
