from __future__ import annotations

import json
import re

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from automl_flow.core.errors import DataError
from automl_flow.core.files import json_text
from automl_flow.evaluation import EvaluationConfig, evaluate
from automl_flow.evaluation.intervals import Comparison, Interval
from automl_flow.evaluation.refits import CrossValidation, Refits
from automl_flow.evaluation.samples import Probe
from automl_flow.evaluation.searched import ValidationPredictions
from automl_flow.tasks.metrics import make_metric
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import Target

rng = np.random.default_rng(0)
N = 120
CONFIG = EvaluationConfig(bootstrap=100)
BINARY = TaskSpec(name="loans", problem="binary", sensitive=["sex"])
Y = rng.integers(0, 2, N)
P1 = np.clip(0.5 + 0.4 * (Y - 0.5) + rng.normal(0, 0.2, N), 0.01, 0.99)
P = np.column_stack([1 - P1, P1])
X = pd.DataFrame({"sex": ["f", "m"] * (N // 2), "p": P1})
TARGET = Target(Y, ("no", "yes"))
JUDGED = ValidationPredictions(Y, P, None, out_of_fold=True, trials=3)


def predict(rows: pd.DataFrame) -> np.ndarray:
    p = rows["p"].fillna(0.5).clip(0, 1).to_numpy()
    return np.column_stack([1 - p, p])


def binary(**changes):
    settings = {"config": CONFIG, "seed": 1, "probe": Probe(X, predict), **changes}
    return evaluate(BINARY, TARGET, TARGET, {"model": P, "baseline_prior": np.full((N, 2), 0.5)}, JUDGED, **settings)


def test_scores_are_those_of_scikit_learn():
    scores, said = binary().scores["model"], P.argmax(axis=1)
    assert scores["roc_auc"] == pytest.approx(sk.roc_auc_score(Y, P1))
    assert scores["log_loss"] == pytest.approx(sk.log_loss(Y, P))
    assert scores["brier"] == pytest.approx(sk.brier_score_loss(Y, P1))
    assert scores["f1"] == pytest.approx(sk.f1_score(Y, said))
    assert scores["mcc"] == pytest.approx(sk.matthews_corrcoef(Y, said))
    assert scores["balanced_accuracy"] == pytest.approx(sk.balanced_accuracy_score(Y, said))
    assert scores["average_precision"] == pytest.approx(sk.average_precision_score(Y, P1))


def test_every_metric_has_an_interval_around_its_value():
    for interval in binary().metric_intervals.values():
        assert interval.low <= interval.value <= interval.high
        assert interval.low < interval.high


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
@pytest.mark.parametrize(("sharpness", "sign"), [(3.0, 1), (0.0, -1)])
def test_optimism_is_positive_where_the_search_score_was_too_good(metric, sharpness, sign):
    task = TaskSpec(problem="binary", metric=metric)
    p1 = 1 / (1 + np.exp(-sharpness * 4 * (Y - 0.5)))
    validation = ValidationPredictions(Y, np.column_stack([1 - p1, p1]), None, out_of_fold=True, trials=1)
    found = evaluate(task, TARGET, TARGET, {"model": P}, validation, config=CONFIG, seed=1).search
    assert found is not None
    assert sign * found.optimism.value > 0
    assert sign * found.optimism.low > 0
    assert sign * found.optimism.high > 0


def test_without_predictions_of_the_search_nothing_is_said_of_it():
    found = evaluate(BINARY, TARGET, TARGET, {"model": P}, None, config=CONFIG, seed=1)
    assert found.search is None
    assert "search" not in found.to_metrics()


def test_the_metrics_document_is_json_and_the_same_bytes_every_time():
    texts = [json_text(binary().to_metrics()) for _ in range(2)]
    assert texts[0] == texts[1]
    assert json.loads(texts[0])["holdout"]["roc_auc"] == pytest.approx(sk.roc_auc_score(Y, P1), rel=1e-9)


def test_floats_are_rounded_to_ten_digits():
    words = re.findall(r"-?\d+\.\d+", json_text(binary().to_metrics()))
    assert words
    assert max(len(word.lstrip("-0.").replace(".", "")) for word in words) <= 10


def test_the_metrics_document_has_plain_numbers_under_short_keys():
    document = binary().to_metrics()
    assert document["rows"] == {"train": N, "holdout": N}
    assert document["baselines"] == {"baseline_prior": 0.5}
    assert set(document["interval"]) == {"low", "high"}
    assert "sex.selection_rate" in document["fairness"]
    assert document["search"]["rows"] == N
    assert document["search"]["score"] == pytest.approx(sk.roc_auc_score(Y, P1))
    assert document["comparisons"]["baseline_prior"]["gain"] == pytest.approx(sk.roc_auc_score(Y, P1) - 0.5)
    assert "ratios" not in document
    assert set(document["groups"]) == {f"sex.{group.value}" for group in binary().groups}
    assert "calibration_error" in document["holdout"]


def test_switches_leave_out_what_costs():
    found = binary(config=EvaluationConfig(bootstrap=50, explain=False, robustness=False))
    assert found.importance == ()
    assert found.robustness == ()
    assert binary(probe=Probe(X)).importance == ()


def test_multiclass():
    y, p = rng.integers(0, 3, 90), rng.dirichlet(np.ones(3), 90)
    target = Target(y, ("a", "b", "c"))
    task = TaskSpec(problem="multiclass")
    found = evaluate(task, target, target, {"model": p}, None, config=CONFIG, seed=1)
    assert found.metric == "log_loss"
    assert found.scores["model"]["roc_auc"] == pytest.approx(sk.roc_auc_score(y, p, multi_class="ovr"))
    assert found.classification is not None
    assert len(found.classification.roc) == 3


def test_regression_takes_a_column_of_predictions():
    y = rng.normal(size=N)
    target, said = Target(y, None), y + rng.normal(0, 0.3, N)
    task = TaskSpec(problem="regression")
    found = evaluate(task, target, target, {"model": said[:, None]}, None, config=CONFIG, seed=1)
    assert found.scores["model"]["r2"] == pytest.approx(sk.r2_score(y, said))
    assert found.regression is not None
    assert found.regression.residual_quantiles[2] == pytest.approx(np.median(y - said))
    assert found.class_shares == ()


def test_many_residuals_are_sampled():
    target = Target(rng.normal(size=2000), None)
    task = TaskSpec(problem="regression")
    found = evaluate(task, target, target, {"model": target.values}, None, config=CONFIG, seed=1)
    assert found.regression is not None
    assert len(found.regression.actual) == 500


def test_weights_change_the_score():
    weight = np.where(Y == 1, 5.0, 1.0)
    found = binary(weight=weight).scores["model"]["accuracy"]
    assert found == pytest.approx(sk.accuracy_score(Y, P.argmax(axis=1), sample_weight=weight))


@pytest.mark.parametrize(
    ("predictions", "message"),
    [
        ({}, "called 'model', got: none"),
        ({"mine": P}, "called 'model', got: mine"),
        ({"model": P[:, :1]}, r"shape \(120, 1\), the holdout needs \(120, 2\)"),
        ({"model": P[:-1]}, "shape"),
        ({"model": np.where(np.arange(N)[:, None] == 7, np.nan, P)}, "not finite in row 7"),
    ],
)
def test_unusable_predictions_are_refused(predictions, message):
    with pytest.raises(DataError, match=message):
        evaluate(BINARY, TARGET, TARGET, predictions, None, config=CONFIG, seed=1)


def test_a_holdout_without_rows_is_refused():
    nothing = Target(np.array([], dtype=np.int64), ("no", "yes"))
    with pytest.raises(DataError, match="no rows"):
        evaluate(BINARY, TARGET, nothing, {"model": P[:0]}, None, config=CONFIG, seed=1)


def test_a_holdout_of_one_class_is_judged_as_far_as_it_goes():
    ones = Target(np.ones(N, dtype=np.int64), ("no", "yes"))
    found = evaluate(BINARY, TARGET, ones, {"model": P}, None, config=CONFIG, seed=1, probe=Probe(X, predict))
    assert found.classification is not None
    assert found.classification.roc == ()
    assert json_text(found.to_metrics())


def test_a_metric_of_the_users_own_is_the_headline():
    def caught(truth, decision):
        return float(np.sum((truth == "yes") & (decision == "yes")))

    task = TaskSpec(problem="binary", metric=make_metric(caught, greater_is_better=True, needs="label"))
    found = evaluate(task, TARGET, TARGET, {"model": P}, None, config=CONFIG, seed=1)
    assert found.scores["model"]["caught"] == np.sum((Y == 1) & (P1 > 0.5))
    low, high = found.intervals["model"].low, found.intervals["model"].high
    assert low < found.scores["model"]["caught"] < high


def test_the_favourable_outcome_is_found_among_the_classes():
    task = TaskSpec(problem="binary", sensitive=["sex"], favourable="no")
    found = evaluate(task, TARGET, TARGET, {"model": P}, None, config=CONFIG, seed=1, probe=Probe(X))
    rates = [np.mean(P1[X["sex"] == sex] <= 0.5) for sex in ("f", "m")]
    assert found.to_metrics()["ratios"]["sex.favourable_rate"] == pytest.approx(min(rates) / max(rates))


def test_what_was_fitted_again_is_in_the_metrics():
    again = CrossValidation((0.7, 0.9), (0.5, 0.6), 5, 200)
    without = {"sex": Comparison("without", Interval(0.01, -0.1, 0.2), 0.6, 60)}
    document = binary(refits=Refits(again, "", ("sex",), without)).to_metrics()
    assert document["cross_validation"] == {"score": 0.8, "low": 0.7, "high": 0.9, "repeats": 2}
    assert document["without"] == {"sex": 0.01}
