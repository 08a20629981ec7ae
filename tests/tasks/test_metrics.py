from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics as sk

from automl_flow.core.errors import ConfigError
from automl_flow.tasks.metrics import METRICS, get_metric, metric_names

RNG = np.random.default_rng(0)
Y2 = RNG.integers(0, 2, 60)
P2 = RNG.dirichlet([1, 1], 60)
Y3 = RNG.integers(0, 3, 60)
P3 = RNG.dirichlet([1, 1, 1], 60)
YR = RNG.gamma(2, size=60)
PR = YR + RNG.normal(size=60)
W = RNG.uniform(0.1, 2, 60)


@pytest.mark.parametrize(
    ("name", "y", "prediction", "expected"),
    [
        ("roc_auc", Y2, P2, sk.roc_auc_score(Y2, P2[:, 1], sample_weight=W)),
        ("roc_auc", Y3, P3, np.mean([sk.roc_auc_score(k == Y3, P3[:, k], sample_weight=W) for k in range(3)])),
        ("log_loss", Y3, P3, sk.log_loss(Y3, P3, sample_weight=W)),
        ("brier", Y2, P2, sk.brier_score_loss(Y2, P2[:, 1], sample_weight=W)),
        ("average_precision", Y2, P2, sk.average_precision_score(Y2, P2[:, 1], sample_weight=W)),
        ("accuracy", Y3, P3, sk.accuracy_score(Y3, P3.argmax(1), sample_weight=W)),
        ("balanced_accuracy", Y3, P3, sk.balanced_accuracy_score(Y3, P3.argmax(1), sample_weight=W)),
        ("f1", Y2, P2, sk.f1_score(Y2, P2.argmax(1), sample_weight=W)),
        ("f1_macro", Y3, P3, sk.f1_score(Y3, P3.argmax(1), sample_weight=W, average="macro")),
        ("mcc", Y3, P3, sk.matthews_corrcoef(Y3, P3.argmax(1), sample_weight=W)),
        ("rmse", YR, PR, sk.root_mean_squared_error(YR, PR, sample_weight=W)),
        ("mae", YR, PR[:, None], sk.mean_absolute_error(YR, PR, sample_weight=W)),
        ("r2", YR, PR, sk.r2_score(YR, PR, sample_weight=W)),
        ("rmsle", YR, np.maximum(PR, 0), np.sqrt(sk.mean_squared_log_error(YR, np.maximum(PR, 0), sample_weight=W))),
    ],
)
def test_scores_are_those_of_scikit_learn(name, y, prediction, expected):
    assert METRICS[name].score(y, prediction, W) == pytest.approx(expected)


@pytest.mark.parametrize("name", sorted(METRICS))
def test_a_smaller_loss_is_a_better_prediction(name):
    metric = METRICS[name]
    problem = metric.problems[0]
    several = np.column_stack([Y2, np.roll(Y2, 1)])
    y = {"binary": Y2, "multiclass": Y3, "regression": YR, "multilabel": several, "multioutput": several * 2.0}[problem]
    perfect = np.eye(int(y.max()) + 1)[y] if problem in ("binary", "multiclass") else y
    other = np.roll(perfect, 1, axis=0)
    assert metric.loss(y, perfect) < metric.loss(y, other)
    assert metric.from_loss(metric.loss(y, other)) == metric.score(y, other)


def test_areas_of_one_class_are_chance():
    assert METRICS["roc_auc"].score(np.zeros(5, dtype=int), np.tile([0.3, 0.7], (5, 1))) == 0.5


def test_a_metric_of_another_problem_is_refused_with_the_valid_ones():
    with pytest.raises(ConfigError, match="must suit a regression problem, got 'roc_auc'"):
        get_metric("roc_auc", "regression")
    assert "rmse" in metric_names("regression")
