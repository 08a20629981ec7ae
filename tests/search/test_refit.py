from __future__ import annotations

import numpy as np
import pytest

from automl_flow.core.errors import StorageError
from automl_flow.models import FAMILIES
from automl_flow.search import refit
from automl_flow.search.budget import Budget
from automl_flow.search.candidate import Candidate
from automl_flow.search.fitted import FittedCandidate, fit_candidates
from automl_flow.search.members import STAND_IN, kept_folds, part_folder
from automl_flow.search.objective import TrialContext, evaluate
from automl_flow.search.preprocessors import ALL_ROWS
from tests.models.problems import make_problem

_STEPS = (7, 9, 30)  # of the folds, as a search would have found them


@pytest.fixture
def searched(tmp_path):
    """A candidate whose trial is in the state folder."""
    problem, families = make_problem("binary"), {"lightgbm": FAMILIES.get("lightgbm")}
    params = dict(families["lightgbm"].portfolio(problem.context(0))[0])
    job = {"number": 0, "payload": {"family": "lightgbm", "params": params}}
    evaluate(TrialContext(problem, families, tmp_path, 0), job)
    return problem, families, Candidate(0, "lightgbm", params, 0.0, (), iterations=_STEPS)


def run(searched, state, *, copies: int = 1, seconds: float | None = None) -> FittedCandidate:
    problem, families, candidate = searched
    settings = {"seconds": seconds, "took": {0: 1.0}, "limits": Budget(seed=0), "threads": 1}
    done = refit.refit(problem, [candidate], families, state, copies={0: copies}, **settings)
    return fit_candidates(problem, [candidate], families, state, seed=0, copies=done)[0]


def test_one_model_learns_from_all_rows_for_as_many_steps_as_on_the_folds(searched, tmp_path):
    fitted = run(searched, tmp_path)
    assert [part.fold for part in fitted.parts] == [ALL_ROWS]
    assert fitted.parts[0].model.num_trees() == 9


def test_further_models_differ_in_their_seed(searched, tmp_path):
    fitted = run(searched, tmp_path, copies=2)
    first, second = (part.model.predict(np.zeros((1, part.model.num_feature()))) for part in fitted.parts)
    assert [part.copy for part in fitted.parts] == [0, 1]
    assert first != second


def test_a_model_that_is_there_is_not_fitted_again(searched, tmp_path):
    run(searched, tmp_path)
    file = part_folder(tmp_path, 0) / "all-0.model"
    written = file.stat().st_mtime_ns
    assert len(run(searched, tmp_path, copies=2).parts) == 2
    assert file.stat().st_mtime_ns == written


def test_the_models_of_the_folds_have_half_of_the_vote(searched, tmp_path):
    problem, families, candidate = searched
    run(searched, tmp_path, copies=2)
    every = tuple(range(len(problem.folds)))

    def predict(**kept):
        return fit_candidates(problem, [candidate], families, tmp_path, seed=0, **kept)[0].predict(problem.X)

    folds, whole = predict(folds={0: every}), predict(copies={0: 2})
    both = predict(copies={0: 2}, folds={0: every})
    np.testing.assert_allclose(both, (folds + whole) / 2)
    single = [predict(folds={0: (fold,)}) for fold in every]
    np.testing.assert_allclose(folds, np.mean(single, axis=0))
    assert not np.allclose(folds, whole)


def test_a_trial_leaves_the_models_of_all_folds_of_a_bagged_family_alone(searched, tmp_path):
    problem, _, _ = searched
    assert len(list(part_folder(tmp_path, 0).glob("fold-*.model"))) == len(problem.folds)
    assert kept_folds(FAMILIES.get("extra_trees"), 5) == (STAND_IN,)
    assert kept_folds(FAMILIES.get("lightgbm"), 1) == (STAND_IN,)  # it saw fewer rows and brings no variety


def test_without_time_there_is_the_model_of_a_fold(searched, tmp_path):
    assert [part.fold for part in run(searched, tmp_path, seconds=1e-9).parts] == [STAND_IN]


def full_disk(context, job):
    raise StorageError("no space left")


def test_a_full_disk_ends_the_refit(searched, tmp_path, monkeypatch):
    monkeypatch.setattr(refit, "fit_all_rows", full_disk)
    with pytest.raises(StorageError, match="no space left"):
        run(searched, tmp_path)


def too_large(context, job):
    raise MemoryError


def test_a_fit_that_fails_leaves_the_model_of_a_fold_and_a_word(searched, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(refit, "fit_all_rows", too_large)
    assert [part.fold for part in run(searched, tmp_path).parts] == [STAND_IN]
    assert "lightgbm-0" in caplog.text
    assert "memory" in caplog.text


class TestPlan:
    def copies(self, *works: tuple[str, float], most: int, max_work: float) -> list[int]:
        members = [Candidate(n, family, {}, 0.0, (), work=work) for n, (family, work) in enumerate(works)]
        return list(refit.plan_copies(members, FAMILIES.available(), most, max_work, {}).values())

    def test_each_member_gets_as_many_as_allowed(self):
        assert self.copies(("lightgbm", 1.0), ("xgboost", 1.0), most=3, max_work=100.0) == [3, 3]

    def test_the_most_important_members_come_first_when_predicting_must_be_quick(self):
        assert self.copies(("lightgbm", 10.0), ("xgboost", 10.0), most=3, max_work=35.0) == [2, 1]

    def test_a_family_that_draws_nothing_gets_one(self):
        assert self.copies(("linear", 1.0), ("lightgbm", 1.0), most=2, max_work=100.0) == [1, 2]

    def test_models_of_folds_count(self):
        member = Candidate(0, "lightgbm", {}, 0.0, (), work=1.0)
        assert refit.work([member], {0: 2}, {0: (0, 1, 2)}) == 5.0
        assert refit.work([member], {}, {}) == 1.0
        assert refit.plan_copies([member], FAMILIES.available(), 3, 5.0, {0: (0, 1, 2)}) == {0: 2}

    def test_none_at_all(self):
        assert self.copies(("lightgbm", 1.0), most=0, max_work=100.0) == [0]


class TestFolds:
    def folds(self, *works: tuple[str, float], n_folds: int, max_work: float) -> list[int]:
        members = [Candidate(n, family, {}, 0.0, (), work=work) for n, (family, work) in enumerate(works)]
        planned = refit.plan_folds(members, FAMILIES.available(), n_folds, max_work)
        return [len(planned.get(member.number, ())) for member in members]

    def test_boosters_and_networks_predict_with_them_and_forests_do_not(self):
        works = (("lightgbm", 1.0), ("network", 1.0), ("extra_trees", 1.0))
        assert self.folds(*works, n_folds=5, max_work=99.0) == [5, 5, 0]

    def test_the_most_important_members_come_first_when_predicting_must_be_quick(self):
        assert self.folds(("lightgbm", 10.0), ("xgboost", 10.0), n_folds=5, max_work=55.0) == [5, 0]
        assert self.folds(("lightgbm", 10.0), ("xgboost", 1.0), n_folds=5, max_work=9.0) == [0, 5]

    def test_one_fold_brings_nothing(self):
        assert self.folds(("lightgbm", 1.0), n_folds=1, max_work=99.0) == [0]
