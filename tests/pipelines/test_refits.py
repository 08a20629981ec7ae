"""Refits after a search: the chosen models on other splits, and without a sensitive column."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from automl_flow.evaluation import EvaluationConfig
from automl_flow.evaluation.searched import ValidationPredictions
from automl_flow.features import FeaturePlan
from automl_flow.features.planning.plan import PlannedFeatures
from automl_flow.pipelines.evaluation.refit_nodes import refit
from automl_flow.pipelines.evaluation.table_nodes import CombinedModel
from automl_flow.recipes.config import RecipeConfig
from automl_flow.recipes.propose import propose_recipe
from automl_flow.tabular.candidate import Candidate, WeightedCandidates
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import SplitConfig, make_split
from automl_flow.tasks.target import encode_target

N = 200
rng = np.random.default_rng(0)
SEX = rng.integers(0, 2, N)
TABLE = pd.DataFrame(
    {
        "x": rng.normal(size=N),
        "sex": np.array(["f", "m"])[SEX],
        "unused": ["a", "b"] * (N // 2),
        "when": pd.date_range("2024-01-01", periods=N),
    }
)
TABLE["target"] = TABLE["x"] + 3 * SEX + rng.normal(0, 0.1, N)
ROLES = {"unused": "ignore", "when": "ignore"}
TASK = TaskSpec(name="t", problem="regression", sensitive=["sex", "unused"], roles=ROLES)
CONFIG = EvaluationConfig(bootstrap=100, repeats=2)
LINEAR = Candidate(0, "linear", {"strength": 1e-6, "l1_share": 0.0}, 1.0, (1.0,))
PLAN = FeaturePlan()


def run(*, task=TASK, config=CONFIG, table=TABLE, candidates=(LINEAR,), weights=(1.0,), shares=(1.0, 0.0), plan=PLAN):
    profile = profile_table(table, task)
    target = encode_target(table[task.target], task)
    validation = ValidationPredictions(target.values, target.values, None, out_of_fold=True, trials=1)
    return refit(
        table,
        make_split(target, SplitConfig(folds=2)),
        profile=profile,
        recipe=propose_recipe(profile, RecipeConfig()),
        feature_plan=plan,
        candidates=WeightedCandidates(tuple(candidates), tuple(weights)),
        combined=CombinedModel(None, None, None, shares, (0.0, 0.0), validation),
        task=task,
        config=config,
    )


def test_all_rows_of_a_small_table_are_cross_validated_several_times():
    found = run().cross_validation
    assert (len(found.scores), len(found.fold_scores), found.folds, found.rows) == (2, 10, 5, N)
    assert found.mean == pytest.approx(0.1, rel=0.3)  # the noise
    assert found.scores[0] != found.scores[1]


def test_it_repeats_exactly():
    assert run() == run()


def test_an_input_that_matters_costs_what_it_explains():
    found = run()
    assert found.inputs == ("sex",)
    # without it the mean over both groups is said: an error of 1.5 instead of 0.1
    assert found.without["sex"].gain.value == pytest.approx(1.4, abs=0.1)
    assert found.without["sex"].decided


def test_a_feature_that_is_made_of_a_column_makes_it_an_input():
    maker = PlannedFeatures("missing_counts", ("x", "sex"), {}, 0.1, True, "")
    assert run(plan=FeaturePlan((maker,), ("sex",))).inputs == ("sex",)
    assert run(plan=FeaturePlan((replace(maker, kept=False),), ("sex",))).inputs == ()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"task": TASK.model_copy(update={"time": "when"})}, "divided by time"),
        ({"task": TASK.model_copy(update={"split_column": "unused"})}, "divided by the column unused"),
        ({"candidates": (replace(LINEAR, base_models=(3,)),)}, "read predictions of others"),
        ({"candidates": (replace(LINEAR, family="gone"),)}, "not installed"),
        ({"shares": (0.0, 1.0)}, "the searched network alone"),
    ],
)
def test_where_it_cannot_be_done_the_reason_is_told(changes, reason):
    found = run(**changes)
    assert found.cross_validation is None
    assert reason in found.reason


@pytest.mark.parametrize("changes", [{"config": EvaluationConfig(repeats=0)}, {"table": pd.concat([TABLE] * 3)}])
def test_large_tables_and_those_who_do_not_want_it_have_none_and_no_reason(changes):
    table = changes.get("table", TABLE).reset_index(drop=True)
    found = run(**{**changes, "table": table})
    assert (found.cross_validation, found.reason) == (None, "")


def test_classes_and_weights_of_members_are_minded():
    table = TABLE.assign(target=np.where(TABLE["target"] > TABLE["target"].median(), "yes", "no"))
    task = TASK.model_copy(update={"problem": "binary"})
    other = Candidate(1, "knn", {"neighbors": 5, "power": 2, "weights": "distance"}, 1.0, (1.0,))
    found = run(task=task, table=table, candidates=(LINEAR, other), weights=(0.7, 0.3))
    assert 0.9 < found.cross_validation.mean <= 1.0
