"""One-shot strategies as the first part of a search."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.datasets import load_digits

from automl_flow.core.errors import ConfigError
from automl_flow.core.progress import LogProgress, silent_progress
from automl_flow.nas.one_shot.result import OneShotResult
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search import one_shot_stage
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.result import NasResult
from automl_flow.nas.search.run import search_architecture
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import encode_target

SPACE = {"channels": 4, "stages": 1, "nodes": 3}
OPTIONS = {"epochs": 2, "pool": 6, "candidates": 2}


def problem(samples: int = 80) -> NasProblem:
    task = TaskSpec(name="digits", modality="image", target="y", problem="multiclass", metric="accuracy")
    data = load_digits(n_class=2)
    return NasProblem(data.images[:samples, ..., None], encode_target(data.target[:samples], task), task)


def search(state: Path, **settings: Any) -> NasResult:
    config = NasConfig(**{
        "space": "cell", "space_options": SPACE, "strategy": "darts", "strategy_options": OPTIONS, "max_trials": 4,
        "epochs": 1, "final_epochs": 1, "final_seeds": 1, "batch_size": 64, **settings,
    })  # fmt: skip
    return search_architecture(problem(), config, state, silent_progress())


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[NasResult, Path]:
    state = tmp_path_factory.mktemp("state")
    return search(state), state


def test_candidates_are_tried_right_after_the_reference_network(found: tuple[NasResult, Path]) -> None:
    result, _ = found
    named = [candidate["params"] for candidate in result.one_shot["candidates"]]
    tried = [dict(record.params) for record in result.records]
    assert tried[0] not in named
    assert tried[1 : 1 + len(named)] == named
    assert len(tried) == 4


def test_the_history_is_part_of_the_result(found: tuple[NasResult, Path]) -> None:
    result, _ = found
    assert result.strategy == "darts"
    assert [entry["epoch"] for entry in result.one_shot["history"]] == [1, 2]
    assert {"collapsed", "collapse", "probabilities"} <= set(result.one_shot)


def test_any_number_of_workers_gives_the_same_trials_and_network(found: tuple[NasResult, Path], tmp_path: Path) -> None:
    one, two = found[0], search(tmp_path, n_jobs=2)
    assert two.one_shot == one.one_shot
    assert [(r.params, r.values) for r in two.records] == [(r.params, r.values) for r in one.records]
    x = problem().x[:5]
    assert np.array_equal(two.network.predict_proba(x), one.network.predict_proba(x))


def test_epochs_are_shown_while_the_supernet_is_trained(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    config = NasConfig(
        space="cell", space_options=SPACE, strategy="darts", strategy_options=OPTIONS, max_trials=1, epochs=1,
        final_epochs=1, final_seeds=1,
    )  # fmt: skip
    with caplog.at_level(logging.INFO, "automl_flow"):
        search_architecture(problem(), config, tmp_path, LogProgress(interval=0))
    shown = [line for line in caplog.messages if line.startswith("darts supernet")]
    assert [re.sub(r"\d+ s\.|\d\.\d+", "…", line) for line in shown] == [
        "darts supernet: up to 3 steps",
        "darts supernet: 1/3, … epoch 1: accuracy …",
        "darts supernet: 2/3, … epoch 2: accuracy …",
        "darts supernet: 3/3, … 2 candidates, the best has accuracy …",
    ]


def test_a_resumed_search_does_not_repeat_the_one_shot_part(
    found: tuple[NasResult, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    result, state = found

    def refuse(*_: object) -> None:
        raise AssertionError

    monkeypatch.setattr(one_shot_stage, "evaluate", refuse)  # cannot be sent to a worker: it would fail there
    assert search(state).one_shot == result.one_shot


def test_where_the_one_shot_part_fails_the_search_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = one_shot_stage.OneShotStage.search

    def broken(stage: one_shot_stage.OneShotStage, seconds: float | None) -> Any:
        return made(one_shot_stage.OneShotStage("absent", stage.options), seconds)

    monkeypatch.setattr(one_shot_stage.OneShotStage, "search", broken)
    result = search(tmp_path, max_trials=1)
    assert result.one_shot["failed"] == "implementation"
    assert len(result.records) == 1


def test_an_unknown_strategy_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"strategy: unknown strategy 'dart'; did you mean 'darts'"):
        search(tmp_path, strategy="dart")


def test_an_unknown_option_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"strategy_options.*unknown key 'temperatur'; did you mean 'temperature'"):
        search(tmp_path, strategy="gdas", strategy_options={"temperatur": 3})


def test_a_space_with_nothing_to_choose_is_refused_before_anything_runs(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="has no choice between operations"):
        search(tmp_path, space_options={**SPACE, "operations": ["nor_conv_3x3"]})


def test_a_search_that_was_cut_short_says_how_to_repeat_it() -> None:
    stage = one_shot_stage.OneShotStage("gdas", {"epochs": 9})

    def outcome(epochs: int, *, cut: bool) -> one_shot_stage.OneShotOutcome:
        return one_shot_stage.OneShotOutcome("gdas", OneShotResult((), epochs=epochs, cut=cut))

    assert stage.reproduce(outcome(4, cut=True), "bayesian") == {"strategy_options": {"epochs": 9, "stop": 4}}
    assert stage.reproduce(outcome(9, cut=False), "bayesian") == {}
    failed = one_shot_stage.OneShotOutcome("gdas", failed="memory")
    assert stage.reproduce(failed, "bayesian") == {"strategy": "bayesian", "strategy_options": {}}
