from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from automl_flow.tasks.metrics import get_metric, make_metric, metric_names
from automl_flow.tasks.spec import TaskSpec

RNG = np.random.default_rng(0)
LABELS = (RNG.random((80, 3)) < [0.5, 0.3, 0.1]).astype(np.int64)
CHANCES = np.clip(0.5 * LABELS + 0.6 * RNG.random((80, 3)), 0.01, 0.99)
VALUES = RNG.normal(size=(80, 2)) * [1, 100]
GUESSES = VALUES + RNG.normal(size=(80, 2)) * [0.5, 70]
WEIGHT = RNG.integers(1, 4, size=80).astype(float)
DECIDED = (CHANCES >= 0.5).astype(int)

OF_LABELS = {
    "log_loss": lambda w: np.mean([sk.log_loss(LABELS[:, k], CHANCES[:, k], sample_weight=w) for k in range(3)]),
    "roc_auc": lambda w: sk.roc_auc_score(LABELS, CHANCES, average="macro", sample_weight=w),
    "average_precision": lambda w: sk.average_precision_score(LABELS, CHANCES, average="macro", sample_weight=w),
    "brier": lambda w: np.mean([sk.brier_score_loss(LABELS[:, k], CHANCES[:, k], sample_weight=w) for k in range(3)]),
    "f1_macro": lambda w: sk.f1_score(LABELS, DECIDED, average="macro", sample_weight=w),
    "f1_micro": lambda w: sk.f1_score(LABELS, DECIDED, average="micro", sample_weight=w),
    "hamming_loss": lambda w: sk.hamming_loss(LABELS, DECIDED, sample_weight=w),
    "subset_accuracy": lambda w: sk.accuracy_score(LABELS, DECIDED, sample_weight=w),
}


@pytest.mark.parametrize("weight", [None, WEIGHT])
@pytest.mark.parametrize("name", OF_LABELS)
def test_metrics_of_labels_are_those_of_scikit_learn(name, weight):
    found = get_metric(name, "multilabel").score(LABELS, CHANCES, weight)
    assert found == pytest.approx(OF_LABELS[name](weight))


def test_all_metrics_of_labels_are_compared():
    assert set(OF_LABELS) == set(metric_names("multilabel"))


@pytest.mark.parametrize("name", ["rmse", "mae", "r2"])
def test_metrics_of_outputs_are_means_over_the_outputs(name):
    found = get_metric(name, "multioutput").score(VALUES, GUESSES, WEIGHT)
    single = [get_metric(name, "regression").score(VALUES[:, k], GUESSES[:, k], WEIGHT) for k in range(2)]
    assert found == pytest.approx(np.mean(single))


def test_the_relative_rmse_does_not_depend_on_the_units():
    metric = get_metric("relative_rmse", "multioutput")
    assert metric.score(VALUES, GUESSES) == pytest.approx(metric.score(VALUES * [7, 0.01], GUESSES * [7, 0.01]))
    assert metric.score(VALUES, np.tile(VALUES.mean(axis=0), (80, 1))) == pytest.approx(1)


def test_a_label_that_does_not_vary_is_left_out_of_the_area():
    labels = LABELS * [1, 1, 0]
    assert get_metric("roc_auc", "multilabel").score(labels, CHANCES) == pytest.approx(
        sk.roc_auc_score(LABELS[:, :2], CHANCES[:, :2], average="macro")
    )


def test_a_metric_of_the_users_own_gets_labels_of_all_targets():
    metric = make_metric(lambda truth, labels: float((truth != labels).sum()), greater_is_better=False, needs="label")
    task = TaskSpec(problem="multilabel", target=["a", "b", "c"], metric=metric)
    assert task.scorer().score(LABELS, CHANCES) == (DECIDED != LABELS).sum()
