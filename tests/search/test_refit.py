from __future__ import annotations

from dataclasses import replace

import pytest

from automl_flow.models import FAMILIES
from automl_flow.search import refit
from automl_flow.search.budget import Budget
from automl_flow.search.candidate import Candidate
from automl_flow.search.fitted import fit_candidates
from automl_flow.search.members import ALL_ROWS, is_stored, write_oof
from tests.models.problems import make_problem


@pytest.fixture(scope="module")
def problem():
    whole = make_problem("binary")
    return replace(whole, folds=whole.folds[:1])


@pytest.fixture(scope="module")
def candidate(problem):
    params = dict(FAMILIES.get("lightgbm").portfolio(problem.context(0))[0])
    return Candidate(0, "lightgbm", params, 0.0, (), iterations=(7,))


def run(problem, candidate, state, seconds):
    families = {"lightgbm": FAMILIES.get("lightgbm")}
    write_oof(state, 0, problem.X.iloc[:, :1].to_numpy(dtype="float32"))
    refit.refit(problem, [candidate], families, state, seconds=seconds, limits=Budget(seed=0), threads=1)
    return fit_candidates(problem, [candidate], families, state, seed=0)[0]


def test_one_validation_part_is_worth_fitting_again_and_folds_are_not(problem):
    assert refit.pays(problem)
    assert not refit.pays(make_problem("binary"))


def test_the_model_learns_from_all_rows_for_as_many_steps_as_the_fold_took(problem, candidate, tmp_path):
    fitted = run(problem, candidate, tmp_path, None)
    assert [part.fold for part in fitted.parts] == [ALL_ROWS]
    assert fitted.parts[0].model.num_trees() == 7


def test_without_time_the_fold_keeps_its_model(problem, candidate, tmp_path):
    fitted = run(problem, candidate, tmp_path, 1e-9)
    assert not is_stored(tmp_path, 0, (ALL_ROWS,))
    assert [part.fold for part in fitted.parts] == [0]
