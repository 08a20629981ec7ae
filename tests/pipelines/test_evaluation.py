"""Evaluation nodes, given the results of earlier stages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.evaluation import EvaluationConfig
from automl_flow.pipelines.evaluation.sample_nodes import evaluate_network, validation_predictions
from automl_flow.study.history import SearchHistory
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.problem_types import problem_type
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.subsets import Subset
from automl_flow.tasks.target import Target

TASK = TaskSpec(problem="binary", modality="sequence")
TRIALS = SearchHistory((TrialRecord(0, {}, (0.5,), "complete"),))


def samples(codes):
    return Subset(np.zeros((len(codes), 2, 3), dtype=np.float32), Target(np.array(codes), ("a", "b")))


def predictions_of(rows):
    return {"rows": np.array(rows), "predictions": np.tile([[0.9, 0.1]], (len(rows), 1))}


class Model:
    """Predicts the same for every sample."""

    classes = ("a", "b")
    problem_type = problem_type("binary")

    def predict_proba(self, x):
        return np.tile([[0.4, 0.6]], (len(x), 1))


@pytest.mark.parametrize(("rows", "out_of_fold"), [([1, 3], False), ([3, 2, 0, 1], True)])
def test_samples_know_whether_a_part_or_all_of_them_validated(rows, out_of_fold):
    found = validation_predictions(samples([0, 1, 0, 1]), TRIALS, predictions_of(rows), TASK)
    assert found.out_of_fold is out_of_fold
    assert found.y.tolist() == [row % 2 for row in rows]


def test_a_network_is_evaluated_with_metrics_and_a_table_for_every_plot():
    evaluation, metrics, *plots = evaluate_network(
        Model(),
        samples([0, 1] * 20),
        samples([0, 1, 1, 1]),
        nas_trials=TRIALS,
        nas_oof=predictions_of([1, 3]),
        task=TASK,
        config=EvaluationConfig(bootstrap=50),
    )
    assert evaluation.scores["model"]["accuracy"] == metrics["holdout"]["accuracy"] == 0.75
    assert "no repeated cross-validation" in evaluation.refits.reason
    assert len(plots) == 5
    assert all(isinstance(table, pd.DataFrame) for table in plots)
