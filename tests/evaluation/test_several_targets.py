from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.evaluation import EvaluationConfig, baselines, evaluate
from automl_flow.evaluation.samples import Probe
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import encode_target

RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=300), "b": RNG.normal(size=300), "sex": np.tile(["f", "m", "m"], 100)})
VALUES = pd.DataFrame({"small": X["a"] + 0.1 * RNG.normal(size=300), "large": 1000 * X["b"]})
LABELS = (VALUES > [0, 800]).astype(int)
CONFIG = EvaluationConfig(bootstrap=50, row_predictions=2000)


@pytest.mark.parametrize(("problem", "y"), [("multioutput", VALUES), ("multilabel", LABELS)])
def test_each_target_is_scored_next_to_all_of_them(problem, y):
    task = TaskSpec(problem=problem, target=list(y.columns), sensitive=["sex"])
    target = encode_target(y, task)
    train, holdout = target.take(np.arange(200)), target.take(np.arange(200, 300))
    x_train, x_holdout = X.iloc[:200], X.iloc[200:].reset_index(drop=True)
    simple = baselines(x_train, train, x_holdout)

    def predict(rows: pd.DataFrame) -> np.ndarray:
        return baselines(x_train, train, rows)["baseline_lightgbm"]

    predictions = {"model": predict(x_holdout), **simple}
    found = evaluate(
        task,
        train,
        holdout,
        predictions,
        None,
        config=CONFIG,
        seed=0,
        probe=Probe(x_holdout, predict, {"a": "numeric"}),
    )
    assert [own.name for own in found.targets] == list(y.columns)
    for position, own in enumerate(found.targets):
        assert own.mean == pytest.approx(y.iloc[200:, position].mean())
    assert found.classes is None
    assert found.classification is None
    assert found.regression is None
    assert found.intervals["model"].value < found.intervals["baseline_prior"].value
    assert found.intervals["model"].low < found.intervals["model"].value < found.intervals["model"].high
    assert {group.value for group in found.groups} == {"f", "m"}
    assert all(group.score is not None for group in found.groups)
    assert {found.importance[0].feature, found.importance[1].feature} == {"a", "b"}
    metrics = found.to_metrics()
    assert metrics["targets"]["large" if problem == "multioutput" else "small"]
    if problem == "multioutput":
        assert metrics["targets"]["large"]["r2"] > 0.9
        assert metrics["targets"]["large"]["rmse"] > 100 * metrics["targets"]["small"]["rmse"]


def test_one_target_has_no_scores_for_each():
    task = TaskSpec(problem="regression", target="small")
    target = encode_target(VALUES["small"], task)
    found = evaluate(task, target, target, {"model": target.values + 0.1}, None, config=CONFIG, seed=0)
    assert found.targets == ()
    assert "targets" not in found.to_metrics()
