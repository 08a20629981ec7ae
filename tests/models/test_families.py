"""The contract of model families; a new file under models/ is covered without a change here."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import optuna
import pytest

from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.models.family import FitContext
from automl_flow.study.trial import TrialJob
from automl_flow.tabular.candidate import Candidate, Suggestion
from automl_flow.tabular.fitting.fold_models import read_oof
from automl_flow.tabular.fitting.objective import TrialContext, evaluate
from automl_flow.tabular.restore import fit_candidates
from automl_flow.tasks.metrics import get_metric
from tests.models.problems import make_problem, predictions

PROBLEMS = ("binary", "multiclass", "regression")
NAMES = sorted(FAMILIES.available())


def context_of(problem: str) -> FitContext:
    classes = {"binary": 2, "multiclass": 3, "regression": 0}[problem]
    return FitContext(problem, "rmse" if problem == "regression" else "log_loss", 400, 10, classes, seed=1)


@pytest.fixture(params=PROBLEMS)
def problem(request):
    return make_problem(request.param, weight=True)


@pytest.fixture
def trial(problem, tmp_path):
    return TrialContext(problem, FAMILIES.available(), FolderStore(tmp_path), seed=3)


def run(trial: TrialContext, name: str, number: int = 0, soft_seconds: float | None = None):
    params = FAMILIES.get(name).portfolio(trial.problem.context(3))[0]
    return evaluate(trial, TrialJob(number, Suggestion(name, dict(params), soft_seconds=soft_seconds)))


def test_the_name_of_a_family_is_the_stem_of_its_file():
    assert {name: FAMILIES.get(name).name for name in NAMES} == {name: name for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_the_portfolio_lies_inside_the_space(name, problem):
    family, context = FAMILIES.get(name), context_of(problem)
    for params in family.portfolio(context):
        assert family.suggest(optuna.trial.FixedTrial(dict(params)), context) == params


@pytest.mark.parametrize("name", NAMES)
def test_any_suggestion_can_be_built_and_priced(name):
    family, context = FAMILIES.get(name), context_of("multiclass")
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(seed=0))
    for _ in range(5):
        params = family.suggest(study.ask(), context)
        family.build(params, context)
        assert family.seconds(params, context) > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_family_learns_and_its_stored_models_predict_the_same(name, trial):
    evaluation = run(trial, name)
    assert name == "baseline" or evaluation.values[0] < run(trial, "baseline", 1).values[0]
    candidate = _candidate(evaluation)
    first, second = (
        predictions(fit_candidates(trial.problem, [candidate], trial.families, state, seed=3)[0], trial.problem.X)
        for state in (trial.store, trial.store)
    )
    assert first.shape == (len(trial.problem.X), trial.problem.target.outputs)
    assert np.isfinite(first).all()
    assert np.array_equal(first, second)
    if trial.problem.task.problem != "regression":
        assert np.allclose(first.sum(axis=1), 1)


@pytest.mark.parametrize("name", NAMES)
def test_fitting_again_gives_the_models_that_the_search_stored(name, tmp_path):
    trial = TrialContext(make_problem("binary"), FAMILIES.available(), FolderStore(tmp_path / "a"), seed=3)
    candidate = _candidate(run(trial, name))
    stored = fit_candidates(trial.problem, [candidate], trial.families, FolderStore(tmp_path / "a"), seed=3)
    again = fit_candidates(trial.problem, [candidate], trial.families, FolderStore(tmp_path / "empty"), seed=3)
    assert np.array_equal(predictions(stored[0], trial.problem.X), predictions(again[0], trial.problem.X))


@pytest.mark.parametrize("name", NAMES)
def test_two_fits_store_the_same_bytes(name, tmp_path):
    stored = []
    for folder in (tmp_path / "a", tmp_path / "b"):
        run(TrialContext(make_problem("binary"), FAMILIES.available(), FolderStore(folder), seed=3), name)
        stored.append({p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()})
    assert stored[0]
    assert stored[0] == stored[1]


def test_a_class_that_a_fold_lacks_gets_no_probability(tmp_path):
    problem = make_problem("multiclass")
    y = problem.target.values.copy()
    y[:] = np.where(y == 2, 0, y)
    y[7] = 2  # one member only: the fold that validates on it trains without the class
    problem = replace(problem, target=replace(problem.target, values=y))
    trial = TrialContext(problem, FAMILIES.available(), FolderStore(tmp_path), seed=3)
    run(trial, "lightgbm")
    fold = next(valid for _, valid in problem.folds if 7 in valid)
    assert (read_oof(FolderStore(tmp_path), 0)[fold, 2] == 0).all()


def test_a_soft_deadline_keeps_what_a_booster_has(tmp_path):
    trial = TrialContext(make_problem("binary"), FAMILIES.available(), FolderStore(tmp_path), seed=3)
    for number, name in enumerate(("lightgbm", "xgboost", "catboost")):
        evaluation = run(trial, name, number, soft_seconds=1e-3)
        assert evaluation.attrs["cut_short"]
        assert np.isfinite(evaluation.values[0])


def test_the_loss_is_that_of_the_stored_predictions(trial):
    evaluation = run(trial, "linear")
    problem = trial.problem
    metric = get_metric(problem.task.metric_name, problem.task.problem)
    oof = read_oof(trial.store, 0).astype(np.float64)
    assert evaluation.values[0] == metric.loss(problem.target.values, oof, problem.weight)


def _candidate(evaluation):
    attrs = evaluation.attrs
    return Candidate(0, attrs["family"], attrs["params"], evaluation.values[0], tuple(attrs["fold_losses"]))
