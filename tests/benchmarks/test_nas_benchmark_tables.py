"""Tabular benchmarks are read strictly and searched within the budget."""

import itertools

import optuna
import pytest

from automl_flow.core.errors import DataError
from automl_flow.nas.samplers import GaussianProcessSampler
from benchmarks.nas_benchmark_tables import read_benchmark, search_table


@pytest.fixture(autouse=True)
def quiet():
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    yield
    optuna.logging.set_verbosity(optuna.logging.INFO)


def write(path, rows, header="edge_0,edge_1,early,late"):
    path.write_text("\n".join([header, *rows]) + "\n")
    return path


def full_table(path):
    rows = [f"{a},{b},{'abc'.index(a) + 'abc'.index(b)},{ord(a) * 10}" for a, b in itertools.product("abc", "abc")]
    return write(path / "table.csv", rows)


def test_a_search_of_the_whole_table_ends_at_the_best_by_signal(tmp_path):
    table = read_benchmark(full_table(tmp_path), signal="early", report="late")
    run = search_table(table, GaussianProcessSampler(seed=0, n_startup_trials=2), 9)
    assert run.curve[-1] == table.best_by_signal == 990


def test_minimising_turns_the_best_round(tmp_path):
    table = read_benchmark(full_table(tmp_path), signal="early", report="late", maximize=False)
    run = search_table(table, optuna.samplers.RandomSampler(0), 9)
    assert run.curve[-1] == table.best_by_signal == 970


def test_a_known_architecture_costs_nothing(tmp_path):
    table = read_benchmark(write(tmp_path / "t.csv", ["a,a,1,1", "b,a,2,2"]), signal="early", report="late")
    run = search_table(table, optuna.samplers.RandomSampler(0), 3)
    assert len(run.curve) == 3
    assert run.repeats == 60 - 2


def test_an_architecture_that_is_not_in_the_table_fails(tmp_path):
    table = read_benchmark(write(tmp_path / "t.csv", ["a,a,1,1", "b,b,2,2"]), signal="early", report="late")
    run = search_table(table, optuna.samplers.RandomSampler(0), 2)
    assert run.curve[-1] == 2


def test_enqueued_architectures_come_first(tmp_path):
    table = read_benchmark(full_table(tmp_path), signal="early", report="late")
    run = search_table(table, optuna.samplers.RandomSampler(0), 1, [{"edge_0": "c", "edge_1": "c"}])
    assert run.curve == (990,)


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        (["a,b,1,1", "a,b,2,2"], "edge_0,edge_1,early,late", "repeat"),
        (["a,b,none,1"], "edge_0,edge_1,early,late", "must be numbers"),
        ([], "edge_0,edge_1,early,late", "must be numbers"),
        (["a,b,1,1"], "edge_0,edge_1,erly,late", "early"),
        (["a,b,1,1"], "x,y,early,late", "no column of choices"),
    ],
)
def test_a_broken_table_is_refused_with_the_reason(tmp_path, rows, header, message):
    with pytest.raises(DataError, match=message):
        read_benchmark(write(tmp_path / "t.csv", rows, header), signal="early", report="late")


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(DataError, match=r"none\.csv"):
        read_benchmark(tmp_path / "none.csv", signal="a", report="b")
