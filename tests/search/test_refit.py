from __future__ import annotations

import pytest

from automl_flow.models import FAMILIES
from automl_flow.search import refit
from automl_flow.search.budget import Budget
from automl_flow.search.candidate import Candidate
from automl_flow.search.fitted import FittedCandidate, fit_candidates
from automl_flow.search.members import ALL_ROWS
from automl_flow.search.objective import TrialContext, evaluate
from tests.models.problems import make_problem

_STEPS = (7, 9, 30)  # of the folds, as a search would have found them


@pytest.fixture
def searched(tmp_path):
    """A candidate whose fold models are in the state folder."""
    problem, families = make_problem("binary"), {"lightgbm": FAMILIES.get("lightgbm")}
    params = dict(families["lightgbm"].portfolio(problem.context(0))[0])
    job = {"number": 0, "payload": {"family": "lightgbm", "params": params}}
    evaluate(TrialContext(problem, families, tmp_path, 0), job)
    return problem, families, Candidate(0, "lightgbm", params, 0.0, (), iterations=_STEPS, parts=3)


def run(searched, state, seconds: float | None) -> FittedCandidate:
    problem, families, candidate = searched
    refit.refit(problem, [candidate], families, state, seconds=seconds, took={}, limits=Budget(seed=0), threads=1)
    return fit_candidates(problem, [candidate], families, state, seed=0)[0]


def test_one_model_learns_from_all_rows_for_as_many_steps_as_on_the_folds(searched, tmp_path):
    fitted = run(searched, tmp_path, None)
    assert [part.fold for part in fitted.parts] == [ALL_ROWS]
    assert fitted.parts[0].model.num_trees() == 9


def test_without_time_there_are_the_models_of_the_folds(searched, tmp_path):
    assert [part.fold for part in run(searched, tmp_path, 1e-9).parts] == [0, 1, 2]
