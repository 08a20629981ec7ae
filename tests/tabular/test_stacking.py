"""The second layer: what it reads, that it is repeatable and resumable, and that it is left out where it cannot be."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

import numpy as np
import pytest

from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.models.family import plain_fit
from automl_flow.study.journal import results_folder
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.ensemble.load import load_tabular_model
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tabular.ensemble.select import stack_models
from automl_flow.tabular.fitting.fold_models import layer_store, oof_key, second_layer_folder
from automl_flow.tabular.restore import fit_candidates
from automl_flow.tabular.search import search_models
from automl_flow.tabular.session.session import open_session
from automl_flow.tabular.stacking import planned
from tests.models.problems import make_problem

QUICK = ("lightgbm", "extra_trees", "knn")  # the second layer has the first two of them
CONFIG = SearchConfig(max_trials=6, stacking=2, families=QUICK)
SECOND = (4, 5)


def stacked(problem, state, config=CONFIG, families=None):
    with open_session(problem, families or FAMILIES.available(), config, state) as session:
        return stack_models(session, search_models(session))


def essence(result):
    """What must not depend on workers, timing or interruptions."""
    trials = [(r.number, r.state, r.values, dict(r.params), r.attrs.get("reads")) for r in result.records]
    return trials, result.oof.tolist(), dict(result.reproduce)


@pytest.fixture(scope="module")
def problem():
    return make_problem("multiclass", rows=90)


@pytest.fixture(scope="module")
def found(problem, tmp_path_factory):
    """What is found, and where it was."""
    state = tmp_path_factory.mktemp("state")
    return stacked(problem, state), state


def test_the_last_trials_read_what_the_first_ones_predict(found):
    result, _ = found
    assert [record.number for record in result.records] == list(range(6))
    first = {c.number for c in result.candidates if not c.base_models}
    second = {c.number: c.base_models for c in result.candidates if c.base_models}
    assert first == set(range(4))
    assert tuple(sorted(second)) == SECOND
    assert all(reads and set(reads) <= first for reads in second.values())
    best = {c.family: c.number for c in reversed(result.candidates) if not c.base_models}
    assert set(best.values()) <= set(second[SECOND[0]])  # the best of each family, whether it is a member or not
    assert len(result.oof) == len(result.candidates) == 6
    assert result.reproduce["max_trials"] == 6
    assert result.reproduce["stacking"] == 2


def test_two_workers_find_the_same(problem, found, tmp_path):
    assert essence(stacked(problem, tmp_path, CONFIG.model_copy(update={"n_jobs": 2}))) == essence(found[0])


def test_a_killed_second_layer_goes_on_where_it_was(problem, found, tmp_path):
    shutil.copytree(found[1], tmp_path, dirs_exist_ok=True)
    journal = second_layer_folder(results_folder(tmp_path)) / "trials.jsonl"
    lines = journal.read_bytes().splitlines(keepends=True)
    assert len(lines) == 1 + len(SECOND)
    journal.write_bytes(b"".join(lines[:-1]))
    store = FolderStore(results_folder(tmp_path))
    second = layer_store(store, (0,))
    kept = [store.folder / oof_key(0), second.folder / oof_key(json.loads(lines[1])["number"])]
    before = [path.stat().st_mtime_ns for path in kept]
    assert essence(stacked(problem, tmp_path)) == essence(found[0])
    assert [path.stat().st_mtime_ns for path in kept] == before


def test_another_first_layer_gets_a_second_one_of_its_own(problem, found, tmp_path):
    stacked(problem, tmp_path, CONFIG.model_copy(update={"max_trials": 4}))
    assert essence(stacked(problem, tmp_path)) == essence(found[0])
    folder = layer_store(FolderStore(results_folder(tmp_path)), (0,)).folder
    assert sorted(path.stem for path in (folder / "oof").iterdir()) == [f"{number:06d}" for number in SECOND]


@pytest.mark.usefixtures("found")  # workers then inherit libraries: importing them takes most of the time
def test_the_settings_of_a_run_that_the_clock_ended_repeat_it(problem, tmp_path):
    config = CONFIG.model_copy(update={"families": ("linear", "knn", "extra_trees")})
    families = FAMILIES.available()
    families["extra_trees"] = replace(families["extra_trees"], fit=plain_fit)  # so that none is ever cut short
    limit = {"max_trials": None, "time_left_for_this_task": 8.0}
    limited = stacked(problem, tmp_path / "limited", config.model_copy(update=limit), families)
    assert limited.reproduce["stacking"] == 2
    assert limited.reproduce["exact"]
    again = {key: limited.reproduce[key] for key in ("max_trials", "skip_trials", "stacking")}
    replayed = stacked(problem, tmp_path / "replayed", config.model_copy(update=again), families)
    assert essence(replayed)[0] == essence(limited)[0]
    assert np.array_equal(replayed.oof, limited.oof)


@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_a_stacked_model_predicts_the_same_after_it_was_stored(kind, tmp_path):
    problem = make_problem(kind, rows=90)
    result = stacked(problem, tmp_path / "state")
    reader = next(c for c in result.candidates if c.base_models)
    read = [c for c in result.candidates if c.number in reader.base_models]
    store = FolderStore(results_folder(tmp_path / "state"))
    members = fit_candidates(problem, [*read, reader], FAMILIES.available(), store, seed=CONFIG.seed)
    weights = (*(0.0 for _ in read), 1.0)
    names = tuple(problem.X.columns)
    model = TabularModel(members, weights, problem.target.classes, problem.task, names)
    model.save(tmp_path / "model")
    predicted = model.predict_raw(problem.X)
    assert np.array_equal(load_tabular_model(tmp_path / "model").predict_raw(problem.X), predicted)
    y = problem.target.values
    good = np.mean(predicted.argmax(axis=1) == y) if kind != "regression" else np.corrcoef(predicted[:, 0], y)[0, 1]
    assert good > 0.7


def test_where_the_target_is_noise_the_second_layer_finds_nothing(tmp_path):
    """Readings of rows that a candidate has learned from would be believed, and be wrong of all others."""
    problem = make_problem("binary", rows=240, metric="log_loss")
    noise = np.random.default_rng(0).permutation(problem.target.values)
    result = stacked(replace(problem, target=replace(problem.target, values=noise)), tmp_path)
    assert all(c.loss < 1.1 * np.log(2) for c in result.candidates if c.base_models)


@pytest.mark.parametrize(
    ("change", "settings"),
    [
        ({"folds": 1}, {}),
        ({"monotone": {"size": 1}}, {}),
        ({}, {"ensemble_size": 1}),
        ({}, {"stacking": 0}),
        ({}, {"stacking": None}),  # too few trials, and too few rows
        ({}, {"families": ("knn",)}),
    ],
)
def test_it_is_left_out_where_it_cannot_be_or_is_not_wanted(problem, change, settings):
    families = FAMILIES.available()
    assert planned(problem, families, CONFIG) == 2
    if "folds" in change:
        problem = replace(problem, folds=problem.folds[:1])
    if "monotone" in change:
        problem = replace(problem, task=problem.task.model_copy(update=change))
    config = CONFIG.model_copy(update=settings)
    assert planned(problem, families, config) == 0


def test_by_itself_it_takes_part_in_long_searches_on_many_rows(problem):
    families = FAMILIES.available()
    larger = make_problem("binary", rows=1200, folds=5)
    of = {"families": QUICK}
    assert planned(larger, families, SearchConfig(max_trials=20, families=None)) == 4  # a fifth
    assert planned(larger, families, SearchConfig(max_trials=30, **of)) == 4  # all that there are
    assert planned(larger, families, SearchConfig(time_left_for_this_task=30, **of)) == 4
    assert planned(larger, families, SearchConfig(max_trials=10, **of)) == 0
    assert planned(larger, families, SearchConfig(time_left_for_this_task=5, **of)) == 0
    assert planned(larger, families, SearchConfig(max_trials=30, strategy="random", **of)) == 0
    for smaller in (problem, make_problem("binary", rows=1200, folds=3)):
        assert planned(smaller, families, SearchConfig(max_trials=30, **of)) == 0
