from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from automl_flow.core.errors import ConfigError
from automl_flow.models import FAMILIES
from automl_flow.models.family import ModelFamily
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.result import SearchResult
from automl_flow.tabular.search import search_models
from automl_flow.tabular.session.session import open_session
from tests.execution.inline import Shuffling
from tests.models.problems import make_problem

QUICK = ("linear", "knn", "baseline")


def families(*names: str) -> dict[str, ModelFamily]:
    return {name: FAMILIES.get(name) for name in names}


def search(problem, families, config, state) -> SearchResult:
    with open_session(problem, families, config, state) as session:
        return search_models(session)


def essence(result):
    """What must not depend on workers, timing or interruptions."""
    return [(r.number, r.state, r.values, dict(r.params)) for r in result.records]


@pytest.fixture
def problem():
    return make_problem("binary", rows=90)


def sleep_build(params, context):
    time.sleep(60)


def grow_build(params, context):
    hoard = []
    while True:
        hoard.append(np.ones(1 << 20))


def break_build(params, context):
    raise RuntimeError("no luck")


def test_one_and_two_workers_find_the_same(problem, tmp_path):
    results = [
        search(problem, families(*QUICK), SearchConfig(max_trials=14, n_jobs=n), tmp_path / str(n)) for n in (1, 2)
    ]
    assert essence(results[0]) == essence(results[1])
    assert np.array_equal(results[0].oof, results[1].oof)


@pytest.mark.parametrize("strategy", ["auto", "hyperband"])
def test_folds_that_end_in_any_order_on_twelve_workers_find_what_one_worker_finds(
    strategy, problem, tmp_path, monkeypatch
):
    config, results = SearchConfig(max_trials=30, strategy=strategy), []
    for n_jobs, seed in ((1, 0), (12, 1), (12, 2)):
        runner = Shuffling(n_jobs, seed=seed)
        monkeypatch.setattr("automl_flow.tabular.session.session.make_runner", lambda *_, runner=runner: runner)
        results.append(search(problem, families(*QUICK), config, tmp_path / str(seed)))
        assert runner.most == n_jobs
    facts = [[(*row, record.attrs) for row, record in zip(essence(r), r.records, strict=True)] for r in results]
    assert facts[0] == facts[1] == facts[2]
    assert {record.state for record in results[0].records} == {"complete", "pruned"}
    assert all(np.array_equal(results[0].oof, result.oof) for result in results[1:])


def test_a_resumed_search_equals_an_unbroken_one(problem, tmp_path):
    config = SearchConfig(max_trials=12)
    whole = search(problem, families(*QUICK), config, tmp_path / "whole")
    search(problem, families(*QUICK), config.model_copy(update={"max_trials": 7}), tmp_path / "broken")
    known = tmp_path / "broken" / "trials" / "oof" / "000003.npy"
    before = known.stat().st_mtime_ns
    resumed = search(problem, families(*QUICK), config, tmp_path / "broken")
    assert essence(resumed) == essence(whole)
    assert known.stat().st_mtime_ns == before, "trial 3 was evaluated again"


def test_other_data_start_afresh(problem, tmp_path):
    config = SearchConfig(max_trials=3)
    search(problem, families("linear"), config, tmp_path)
    changed = replace(problem, X=problem.X.assign(size=0.0))
    assert essence(search(changed, families("linear"), config, tmp_path)) == essence(
        search(changed, families("linear"), config, tmp_path / "new")
    )


@pytest.mark.parametrize("strategy", ["random", "grid", "tpe", "gp", "cmaes", "hyperband"])
def test_every_strategy_searches(strategy, problem, tmp_path):
    config = SearchConfig(max_trials=9, strategy=strategy, n_jobs=2)
    result = search(problem, families("linear", "knn"), config, tmp_path)
    assert len(result.records) == 9
    assert {c.family for c in result.candidates} == {"linear", "knn"}
    assert len({str(sorted(r.params.items())) for r in result.records}) > 6


def test_failures_are_listed_with_their_cause_and_do_not_stop_the_search(problem, tmp_path):
    linear = FAMILIES.get("linear")
    broken = {
        "grower": replace(linear, name="grower", build=grow_build),
        "breaker": replace(linear, name="breaker", build=break_build),
        "linear": linear,
    }
    config = SearchConfig(max_trials=3, memory_limit=700, strategy="random", n_jobs=2)
    result = search(problem, broken, config, tmp_path)
    causes = {next(iter(r.params)).split(".")[0]: r.cause for r in result.records}
    assert causes == {"grower": "memory", "breaker": "implementation", "linear": None}
    assert {c.family for c in result.candidates} == {"linear"}


def test_a_trial_that_hangs_is_killed_at_its_limit(problem, tmp_path):
    sleeper = replace(FAMILIES.get("linear"), name="sleeper", build=sleep_build)
    config = SearchConfig(max_trials=2, per_run_time_limit=0.3, n_jobs=2)
    result = search(problem, {"sleeper": sleeper}, config, tmp_path)
    assert [r.cause for r in result.records] == ["timeout", "timeout"]
    assert not result.candidates


def test_the_clock_ends_the_search(problem, tmp_path):
    began = time.monotonic()
    result = search(problem, families(*QUICK), SearchConfig(time_left_for_this_task=6, n_jobs=2), tmp_path)
    assert time.monotonic() - began < 9
    assert result.candidates
    assert all(r.cause in {None, "budget", "timeout"} for r in result.records)


def test_candidates_stand_best_first_with_their_predictions(problem, tmp_path):
    result = search(problem, families(*QUICK), SearchConfig(max_trials=6, n_jobs=2), tmp_path)
    losses = [candidate.loss for candidate in result.candidates]
    assert losses == sorted(losses)
    assert result.oof.shape == (len(losses), len(problem.X), 2)


def test_a_search_without_a_limit_is_refused(problem, tmp_path):
    with pytest.raises(ConfigError, match="needs a limit"):
        search(problem, families(*QUICK), SearchConfig(), tmp_path)


def test_an_unknown_family_is_named(problem, tmp_path):
    with pytest.raises(ConfigError, match="did you mean 'linear'"):
        search(problem, families(*QUICK), SearchConfig(max_trials=1, families=("linaer",)), tmp_path)
