"""The search as a whole: repeatable, resumable, within its limits, never without a result."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl_flow.core.errors import BudgetError, ConfigError
from automl_flow.core.progress import silent_progress
from automl_flow.nas.search.result import NasResult, front, leaderboard
from automl_flow.nas.search.run import search_architecture
from automl_flow.nas.search.setup import choose_strategy
from automl_flow.nas.search.warm_start import agreement
from automl_flow.study.trial import TrialRecord
from tests.execution.inline import make_inline_runner
from tests.nas.problems import config, image_problem, table_problem
from tests.nas.problems import facts as trained


def search(state: Path, problem: Any = None, **changes: Any) -> NasResult:
    return search_architecture(problem or image_problem(), config(**changes), state, silent_progress())


def facts(result: NasResult) -> list[tuple[Any, ...]]:
    return [(r.number, dict(r.params), r.values, r.state, r.attrs.get("epochs")) for r in result.records]


def tensors(result: NasResult) -> dict[str, np.ndarray]:
    return {name: tensor.numpy() for name, tensor in result.network.module.state_dict().items()}


def same_weights(first: NasResult, second: NasResult) -> bool:
    a, b = tensors(first), tensors(second)
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)


@pytest.fixture
def inline(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evaluate in this process, which starts sooner."""
    monkeypatch.setattr("automl_flow.nas.search.run.make_runner", make_inline_runner)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> tuple[NasResult, Path]:
    """A search with one worker, and its state."""
    state = tmp_path_factory.mktemp("alone")
    return search(state), state


def test_two_workers_find_what_one_finds(alone: tuple[NasResult, Path], tmp_path: Path) -> None:
    together = search(tmp_path, n_jobs=2)
    assert facts(together) == facts(alone[0])
    assert same_weights(together, alone[0])


@pytest.mark.usefixtures("inline")
def test_a_search_that_was_cut_resumes_to_the_same_end(alone: tuple[NasResult, Path], tmp_path: Path) -> None:
    search(tmp_path, max_trials=2)
    journal = tmp_path / "trials" / "rung-2" / "trials.jsonl"
    journal.write_bytes(journal.read_bytes()[:-20])  # killed while it wrote
    resumed = search(tmp_path)
    assert facts(resumed) == facts(alone[0])
    assert same_weights(resumed, alone[0])


@pytest.mark.usefixtures("inline")
def test_a_finished_search_is_not_run_again(alone: tuple[NasResult, Path]) -> None:
    result, state = alone
    journals = {path: path.stat().st_size for path in state.glob("*/trials.jsonl")}
    again = search(state)
    assert same_weights(again, result)
    assert {path: path.stat().st_size for path in state.glob("*/trials.jsonl")} == journals


def test_the_reference_is_first_and_trained_to_the_end(alone: tuple[NasResult, Path]) -> None:
    result = alone[0]
    assert result.records[0].attrs["epochs"] == 4
    assert result.records[0].params["op_1"] == "nor_conv_3x3"
    assert result.records[result.best].values <= result.records[0].values
    assert result.choice == "it had the best score"


def test_every_second_of_the_search_belongs_to_a_phase(alone: tuple[NasResult, Path]) -> None:
    rows = alone[0].timeline
    assert [row.name for row in rows] == ["start", "first rung", "later rungs", "final training", "reserve"]
    assert all(row.planned is None for row in rows)
    assert all(row.spent > 0 for row in rows)


def test_no_architecture_is_trained_twice(alone: tuple[NasResult, Path]) -> None:
    keys = [record.attrs["key"] for record in alone[0].records]
    assert len(set(keys)) == len(keys)


def test_the_network_has_learned(alone: tuple[NasResult, Path]) -> None:
    problem = image_problem(300)
    assert (alone[0].network.predict(problem.x) == problem.target.decode(problem.target.values)).mean() > 0.8


def test_checkpoints_do_not_pile_up(alone: tuple[NasResult, Path]) -> None:
    assert len(list(alone[1].glob("*.safetensors"))) <= 6


def test_predictions_of_the_judging_samples_come_with_their_positions(alone: tuple[NasResult, Path]) -> None:
    result, problem = alone[0], image_problem()
    assert result.oof.shape == (len(result.rows), 3)
    accuracy = (result.oof.argmax(axis=1) == problem.target.values[result.rows]).mean()
    assert result.records[result.best].values == (pytest.approx(-accuracy),)


def test_the_leaderboard_has_a_row_per_trial_and_one_winner(alone: tuple[NasResult, Path]) -> None:
    board = leaderboard(alone[0])
    assert len(board) == 4
    assert board["winner"].tolist() == [True, False, False, False]


@pytest.mark.usefixtures("inline")
def test_a_table_gets_out_of_fold_predictions_of_every_row(tmp_path: Path) -> None:
    problem = table_problem()
    result = search(tmp_path, problem, space_options={"widths": [32], "layers": [1, 2]}, epochs=12, max_trials=2)
    assert sorted(result.rows.tolist()) == list(range(90))
    error = np.sqrt(((result.oof[:, 0] - problem.target.values[result.rows]) ** 2).mean())
    assert error < problem.target.values.std()


@pytest.mark.usefixtures("inline")
def test_few_samples_get_out_of_fold_predictions_of_every_one(tmp_path: Path) -> None:
    problem = image_problem(30)
    result = search(tmp_path, problem, cv_folds=None, max_trials=2, epochs=2)
    assert sorted(result.rows.tolist()) == list(range(30))
    assert result.oof.shape == (30, 3)
    assert {record.attrs["epochs"] for record in result.records} == {2}


@pytest.mark.usefixtures("inline")
def test_a_winner_without_the_best_score_is_named_first_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("automl_flow.nas.search.run.one_standard_error", lambda _context, order, _best: order[-1])
    result = search(tmp_path, image_problem(30), cv_folds=3, max_trials=2, epochs=2)
    board = leaderboard(result)
    assert board["winner"].tolist() == [True, False]
    assert board["trial"].tolist() == [result.best, 1 - result.best]
    assert result.choice == f"trial {1 - result.best} was not ahead of it by a standard error on 30 samples"


@pytest.mark.usefixtures("inline")
def test_caps_hold_for_every_trained_network(tmp_path: Path) -> None:
    result = search(tmp_path, max_params=9000, space_options={"widths": [8, 64], "depths": [1, 3]}, max_trials=3)
    assert max(r.attrs["parameters"] for r in result.records if r.state == "complete") <= 9000


@pytest.mark.usefixtures("inline")
def test_a_cap_that_no_network_is_under_is_named(tmp_path: Path) -> None:
    with pytest.raises(BudgetError, match=r"refused: \d+ parameters, max_params is 10"):
        search(tmp_path, max_params=10, max_trials=2)


@pytest.mark.usefixtures("inline")
def test_proxies_point_to_first_trials_and_are_kept_beside_the_metric(tmp_path: Path) -> None:
    result = search(tmp_path, proxy_candidates=6, finalists=2, max_trials=4)
    assert (tmp_path / "trials" / "screen" / "trials.jsonl").is_file()
    assert all({"naswot", "synflow", "flops"} <= set(record.attrs["proxies"]) for record in result.records)


def test_agreement_of_a_proxy_is_its_rank_correlation_with_the_negative_loss() -> None:
    scores = [{"parameters": n, "flops": n, "naswot": -n, "synflow": n} for n in (1.0, 2.0, 3.0)]
    records = [
        TrialRecord(n, {}, (loss,), "complete", attrs=trained(proxies=s))
        for n, (loss, s) in enumerate(zip((0.1, 0.2, 0.3), scores, strict=True))
    ]
    assert agreement(records)["naswot"]["spearman"] == pytest.approx(1.0)
    assert agreement(records)["flops"]["spearman"] == pytest.approx(-1.0)


def test_too_large_a_network_is_a_failed_trial_and_the_search_goes_on(tmp_path: Path) -> None:
    options = {"operations": ["nor_conv_5x5"], "widths": [8, 4096], "max_width": 4096, "growths": [1.0], "stages": [2]}
    settings = {"space_options": options, "memory_limit": 900, "max_cost": 1e9, "strategy": "random", "max_trials": 3}
    result = search(tmp_path, **settings)
    assert result.records[result.best].params["width"] == 8


def test_a_time_limit_is_kept_and_still_gives_a_network(tmp_path: Path) -> None:
    began = time.monotonic()
    result = search(tmp_path, max_trials=None, epochs=40, time_left_for_this_task=25.0)
    assert (
        time.monotonic() - began < 40.0
    )  # the limit, and what the start and end of processes may take on a busy machine
    assert result.network.n_params > 0


def test_a_trial_over_its_own_limit_fails_by_timeout(tmp_path: Path) -> None:
    with pytest.raises(BudgetError, match=r"1 reached the time limit of a trial .*raise per_run_time_limit"):
        search(tmp_path, per_run_time_limit=0.01, max_trials=1)


def test_an_unknown_strategy_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="unknown strategy 'genetic'"):
        search(tmp_path, strategy="genetic")


def test_auto_covers_a_small_space_and_models_a_large_one() -> None:
    assert choose_strategy(config(max_trials=30), 20.0)[0] == "random"
    assert choose_strategy(config(max_trials=30), 1e6)[0] == "bayesian"
    assert choose_strategy(config(max_trials=1000), 1e6)[0] == "evolution"


@pytest.mark.usefixtures("inline")
def test_a_search_with_two_objectives_ends_in_the_front_of_what_it_trained(tmp_path: Path) -> None:
    options = {"widths": [8, 16], "depths": [1, 2]}
    result = search(tmp_path, objectives=("parameters",), space_options=options, epochs=2, max_trials=4)
    trained = {r.number: r.values for r in result.records if r.state == "complete" and r.values}
    assert all(values == (values[0], trial_parameters(result, n)) for n, values in trained.items())
    beaten = {
        n
        for n, (loss, size) in trained.items()
        if any(v <= loss and z <= size and (v, z) != (loss, size) for v, z in trained.values())
    }
    assert set(result.front) == set(trained) - beaten
    assert result.front


def trial_parameters(result: NasResult, number: int) -> float:
    return float(result.records[number].attrs["parameters"])


def test_the_front_holds_what_nothing_beats_in_everything() -> None:
    values = [(-0.9, 10.0), (-0.8, 5.0), (-0.8, 20.0), (-0.7, 5.0)]
    records = [TrialRecord(n, {}, v, "complete", attrs=trained(1)) for n, v in enumerate(values)]
    assert front(records) == (0, 1)
