"""Domain knowledge in model families: monotone directions, quantiles, weights; a new file under models/ is covered."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.study.trial import TrialJob
from automl_flow.tabular.candidate import Candidate, Suggestion
from automl_flow.tabular.fitting.fold_models import read_oof
from automl_flow.tabular.fitting.objective import TrialContext, evaluate
from automl_flow.tabular.restore import fit_candidates
from tests.models.problems import make_problem, predictions

NAMES = sorted(FAMILIES.available())
CONSTRAINED = [name for name in NAMES if FAMILIES.get(name).constrained]
QUANTILE = [name for name in NAMES if FAMILIES.get(name).quantile]
WEIGHTED = [name for name in NAMES if name != "knn"]  # neighbours count, they do not weigh


def learn(problem, name, state):
    """Run a trial and return its predictor, and its out-of-fold predictions."""
    store = FolderStore(state)
    trial = TrialContext(problem, FAMILIES.available(), store, seed=3)
    params = dict(FAMILIES.get(name).portfolio(problem.context(3))[0])
    attrs = evaluate(trial, TrialJob(0, Suggestion(name, params))).attrs
    candidate = Candidate(0, name, params, 0.0, tuple(attrs["fold_losses"]))
    (fitted,) = fit_candidates(problem, [candidate], trial.families, store, seed=3)
    return partial(predictions, fitted), read_oof(store, 0)


@pytest.mark.parametrize("problem", ["binary", "regression"])
@pytest.mark.parametrize("name", CONSTRAINED)
def test_predictions_rise_with_a_column_where_they_must(name, problem, tmp_path):
    plain = make_problem(problem)
    task = plain.task.model_copy(update={"monotone": {"size": 1}})
    predict, _ = learn(replace(plain, task=task), name, tmp_path)
    for row in range(5):
        sweep = plain.X.iloc[[row] * 80].assign(size=np.linspace(-3, 3, 80))
        assert np.diff(predict(sweep)[:, -1]).min() >= -1e-7


@pytest.mark.parametrize("name", QUANTILE)
def test_a_quantile_lies_above_about_its_share_of_the_rows(name, tmp_path):
    problem = make_problem("regression", rows=400, metric="pinball_0.9")
    _, oof = learn(problem, name, tmp_path)
    assert 0.75 < np.mean(problem.target.values <= oof[:, 0]) < 0.97  # a mean or median would be at 0.5


@pytest.mark.parametrize("name", WEIGHTED)
def test_weights_change_what_is_learned(name, tmp_path):
    problem = make_problem("regression")
    weight = np.where(problem.target.values > np.median(problem.target.values), 5.0, 0.2)
    _, plain = learn(problem, name, tmp_path / "plain")
    _, weighted = learn(replace(problem, weight=weight), name, tmp_path / "weighted")
    assert weighted.mean() > plain.mean()


def rare_class_recall(metric, state):
    """Recall of a class that one row in twelve has."""
    problem = make_problem("binary", rows=600, metric=metric)
    size, noise = problem.X["size"].to_numpy(), np.random.default_rng(9).normal(size=600)
    y = (size + noise > 2.0).astype(np.int64)
    _, oof = learn(replace(problem, target=replace(problem.target, values=y)), "linear", state)
    return float(np.mean(oof.argmax(axis=1)[y == 1]))


def test_metrics_that_count_classes_alike_find_more_of_a_rare_class(tmp_path):
    metrics = ("accuracy", "f1", "balanced_accuracy")
    plain, half, even = (rare_class_recall(metric, tmp_path / metric) for metric in metrics)
    assert plain < half < even


def test_weights_that_even_out_classes_learn_from_the_rows_of_the_fit_alone():
    problem = make_problem("multiclass", metric="balanced_accuracy")
    rows = np.flatnonzero(problem.target.values != 2)[:40]
    weight = problem.fit_weight(rows)
    mass = np.bincount(problem.target.values[rows], weights=weight[rows])
    assert mass == pytest.approx([20.0, 20.0])
    assert np.isfinite(weight).all()


def test_families_say_why_they_cannot_be_used():
    context = replace(make_problem("regression", metric="pinball_0.1").context(0), monotone=(0, 1))
    assert FAMILIES.get("knn").obstacle(context) == "cannot learn a quantile"
    assert FAMILIES.get("knn").obstacle(replace(context, metric="rmse")) == "cannot keep to monotone constraints"
    assert FAMILIES.get("knn").obstacle(replace(context, metric="rmse", monotone=(0, 0))) is None
