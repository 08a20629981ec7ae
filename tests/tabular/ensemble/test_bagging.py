from __future__ import annotations

from automl_flow.models import FAMILIES
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.ensemble import bagging


class TestCopies:
    def copies(self, *works: tuple[str, float], most: int, max_work: float) -> list[int]:
        members = [Candidate(n, family, {}, 0.0, (), work=work) for n, (family, work) in enumerate(works)]
        return list(bagging.plan_copies(members, FAMILIES.available(), most, max_work, folds={}, encoding=0.0).values())

    def test_each_member_gets_as_many_as_allowed(self):
        assert self.copies(("lightgbm", 1.0), ("xgboost", 1.0), most=3, max_work=100.0) == [3, 3]

    def test_the_most_important_members_come_first_when_predicting_must_be_quick(self):
        assert self.copies(("lightgbm", 10.0), ("xgboost", 10.0), most=3, max_work=35.0) == [2, 1]

    def test_a_family_that_draws_nothing_gets_one(self):
        assert self.copies(("linear", 1.0), ("lightgbm", 1.0), most=2, max_work=100.0) == [1, 2]

    def test_models_of_folds_count(self):
        member = Candidate(0, "lightgbm", {}, 0.0, (), work=1.0)
        assert bagging.inference_cost([member], {0: 2}, {0: (0, 1, 2)}, 0.5) == 6.5
        assert bagging.inference_cost([member], {}, {}, 0.5) == 1.0
        assert bagging.plan_copies([member], FAMILIES.available(), 3, 6.5, folds={0: (0, 1, 2)}, encoding=0.5) == {0: 2}

    def test_none_at_all(self):
        assert self.copies(("lightgbm", 1.0), most=0, max_work=100.0) == [0]


class TestFolds:
    def folds(self, *works: tuple[str, float], n_folds: int, max_work: float, encoding: float = 0.0) -> list[int]:
        members = [Candidate(n, family, {}, 0.0, (), work=work) for n, (family, work) in enumerate(works)]
        planned = bagging.plan_folds(members, FAMILIES.available(), n_folds, max_work, encoding)
        return [len(planned.get(member.number, ())) for member in members]

    def test_boosters_and_networks_predict_with_them_and_forests_do_not(self):
        works = (("lightgbm", 1.0), ("network", 1.0), ("extra_trees", 1.0))
        assert self.folds(*works, n_folds=5, max_work=99.0) == [5, 5, 0]

    def test_the_most_important_members_come_first_when_predicting_must_be_quick(self):
        assert self.folds(("lightgbm", 10.0), ("xgboost", 10.0), n_folds=5, max_work=55.0) == [5, 0]
        assert self.folds(("lightgbm", 10.0), ("xgboost", 1.0), n_folds=5, max_work=9.0) == [0, 5]

    def test_one_fold_brings_nothing(self):
        assert self.folds(("lightgbm", 1.0), n_folds=1, max_work=99.0) == [0]

    def test_rows_are_encoded_for_each_fold_anew(self):
        works = (("lightgbm", 1.0), ("xgboost", 1.0))
        assert self.folds(*works, n_folds=5, max_work=10.0) == [5, 5]
        assert self.folds(*works, n_folds=5, max_work=10.0, encoding=0.5) == [5, 0]
