from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import KFold

from automl_flow.core.config import parse_config
from automl_flow.core.errors import ConfigError
from automl_flow.features import FeatureConfig, plan_features
from automl_flow.recipes import RecipeConfig, propose_recipe
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import encode_target


def plan(table, y, problem="regression", progress=None, **settings):
    task = TaskSpec(problem=problem, target="no such column")
    profile = profile_table(table, task)
    return plan_features(
        table,
        encode_target(pd.Series(y), task),
        task,
        profile,
        propose_recipe(profile, RecipeConfig()),
        folds=[tuple(fold) for fold in KFold(4, shuffle=True, random_state=0).split(table)],
        config=FeatureConfig.model_validate(settings),
        seed=0,
        progress=progress,
    )


def ratio_table(rows=600):
    random = np.random.default_rng(0)
    table = pd.DataFrame({"a": random.uniform(1, 9, rows), "b": random.uniform(1, 9, rows)})
    return table.assign(c=random.normal(size=rows)), np.log(table["a"] / table["b"]).to_numpy()


def test_a_feature_that_is_the_answer_is_kept():
    table, y = ratio_table()
    made = plan(table, y, generators=["arithmetic"], select=False)
    best = max(made.kept, key=lambda proposal: proposal.gain or 0)
    assert best.options["operation"] == "ratio"
    assert [0, 1] in best.options["pairs"]
    assert "better in 4 of 4 folds" in best.reason


def test_noise_gives_no_features():
    random = np.random.default_rng(3)
    table = pd.DataFrame(random.normal(size=(400, 6)), columns=list("abcdef"))
    table["g"] = random.choice(np.array(["x", "y", "z"]), 400)
    made = plan(table, random.normal(size=400), select=False)
    assert made.kept == ()
    assert all(proposal.reason for proposal in made.proposals)


def test_columns_of_noise_are_dropped_and_the_others_stay():
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(size=(600, 12)), columns=[f"x{i}" for i in range(12)])
    made = plan(table, 3 * table["x0"] + table["x1"], generators=[])
    assert len(made.dropped) >= 4
    assert not {"x0", "x1"} & set(made.dropped)


def test_same_seed_same_plan():
    table, y = ratio_table(300)
    first = plan(table, (y > 0).astype(int), "binary", max_evaluations=60)
    assert first == plan(table, (y > 0).astype(int), "binary", max_evaluations=60)


def test_the_budget_counts_model_fits(monkeypatch):
    import lightgbm

    fits = []
    train = lightgbm.train
    monkeypatch.setattr(lightgbm, "train", lambda *args, **kwargs: fits.append(1) or train(*args, **kwargs))
    table, y = ratio_table(200)
    made = plan(table, y, max_evaluations=20)
    assert len(fits) <= 20
    assert any("budget" in proposal.reason and proposal.gain is None for proposal in made.proposals)


@pytest.mark.parametrize("seconds", [1e-6, 0.3])
def test_the_safety_stop_ends_planning(seconds):
    table, y = ratio_table(2000)
    table = table.assign(**{f"x{i}": np.sin(table["c"] * (i + 2)) for i in range(60)})
    began = time.monotonic()
    made = plan(table, y, seconds=seconds)
    assert time.monotonic() - began < seconds + 10
    assert all(proposal.gain is None for proposal in made.proposals[-1:])


def test_disabled_means_an_empty_plan():
    table, y = ratio_table(100)
    made = plan(table, y, enabled=False)
    assert made.proposals == made.dropped == ()


def test_no_more_features_than_allowed():
    table, y = ratio_table(200)
    made = plan(table, y, generators=["arithmetic"], max_features=2, select=False)
    assert made.kept == ()
    assert "would exceed 2 features" in made.proposals[0].reason


@pytest.mark.parametrize("classes", [2, 3])
def test_classes_are_planned_for_too(classes):
    table, y = ratio_table(300)
    made = plan(table, pd.qcut(y, classes, labels=False), "binary" if classes == 2 else "multiclass", folds=3)
    assert made.proposals


def test_progress_is_told_of_every_proposal():
    class Spy:
        def __init__(self):
            self.said = []

        def start(self, label, total=None):
            self.total = total

        def advance(self, message=""):
            self.said.append(message)

        def note(self, message): ...

        def finish(self):
            self.said.append("done")

    spy = Spy()
    table, y = ratio_table(150)
    made = plan(table, y, progress=spy, generators=["arithmetic"], select=False, folds=2)
    assert len(spy.said) == len(made.proposals) + 1
    assert spy.said[-1] == "done"


def test_unknown_generators_are_named_with_the_nearest():
    table, y = ratio_table(50)
    with pytest.raises(ConfigError, match=r"unknown generator 'crosss'; did you mean 'crosses'"):
        plan(table, y, generators=["crosss"])


def test_wide_tables_are_evaluated_on_few_rows_and_columns():
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(size=(200, 250)), columns=[f"x{i}" for i in range(250)])
    made = plan(table, table["x0"] * 5, folds=2, max_evaluations=24)
    assert "x0" not in made.dropped


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"max_evaluation": 3}, "did you mean 'max_evaluations'"),
        ({"folds": 1}, "features.folds"),
        ({"seconds": 0}, "secon"),
    ],
)
def test_wrong_settings_are_explained(values, said):
    with pytest.raises(ConfigError, match=said):
        parse_config(FeatureConfig, values, "features")
