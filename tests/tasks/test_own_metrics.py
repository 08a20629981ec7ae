"""Metrics that users bring."""

from __future__ import annotations

import pickle
import sys

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, fbeta_score, make_scorer

from automl_flow.core.errors import ConfigError
from automl_flow.core.registry import Registry
from automl_flow.tasks import metrics
from automl_flow.tasks.metrics import Metric, as_metric, find_metric, get_metric, make_metric
from automl_flow.tasks.spec import TaskSpec

P = np.array([[0.9, 0.1], [0.4, 0.6], [0.3, 0.7], [0.8, 0.2]])
CODES = np.array([0, 1, 0, 0])


def found(y_true, y_pred):
    return float(np.sum((y_true == "sick") & (y_pred == "sick")) - 2 * np.sum((y_true == "well") & (y_pred == "sick")))


def of(metric: Metric | str, problem: str = "binary") -> Metric:
    return TaskSpec(problem=problem, metric=metric).scorer(("well", "sick"))


def test_a_function_sees_the_labels_of_the_data():
    assert of(make_metric(found, greater_is_better=True, needs="label")).score(CODES, P) == -1.0


def test_a_scorer_scores_as_it_does_in_scikit_learn():
    labels = np.array(["well", "sick"])
    by_label = of(as_metric(make_scorer(fbeta_score, beta=2, pos_label="sick"), "binary"))
    expected = fbeta_score(labels[CODES], labels[P.argmax(axis=1)], beta=2, pos_label="sick")
    assert by_label.score(CODES, P) == pytest.approx(expected)
    chances = make_scorer(brier_score_loss, response_method="predict_proba", greater_is_better=False, pos_label="sick")
    by_chance = of(as_metric(chances, "binary"))
    expected = brier_score_loss(labels[CODES], P[:, 1], pos_label="sick")
    assert by_chance.loss(CODES, P) == pytest.approx(expected)


def test_weights_reach_a_function_that_takes_them_and_whole_ones_any_other():
    def mean(y_true, y_pred, sample_weight=None):
        return float(np.average(y_pred - y_true, weights=sample_weight))

    y, values, weight = np.zeros(3), np.array([1.0, 2.0, 4.0]), np.array([3.0, 0.0, 1.0])
    expected = np.average(values, weights=weight)
    assert make_metric(mean, greater_is_better=False).score(y, values, weight) == expected
    blind = make_metric(lambda y_true, y_pred: float(np.mean(y_pred - y_true)), greater_is_better=False)
    assert blind.score(y, values, weight) == expected


def test_a_closure_reaches_other_processes():
    price = 7.0
    metric = make_metric(lambda y_true, y_pred: price, greater_is_better=True)
    sent = pickle.loads(pickle.dumps(metric))  # noqa: S301 - our own, as multiprocessing does it
    assert sent.score(np.zeros(1), np.zeros(1)) == 7.0


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: as_metric(found, "binary"), "does not say whether more is better"),
        (lambda: make_metric(found, greater_is_better=True, needs="labels"), "did you mean 'label'"),
        (lambda: make_metric(found, greater_is_better=True, name="rmse"), "choose another name"),
        (lambda: of(make_metric(found, greater_is_better=True)), "needs needs='label'"),
        (lambda: get_metric("pinball_90", "regression"), "pinball_0.9"),
    ],
)
def test_what_cannot_be_used_is_refused_in_words(make, message):
    with pytest.raises(ValueError, match=message):
        make()


def test_the_pinball_loss_is_smallest_at_its_quantile():
    y = np.random.default_rng(0).normal(size=2_000)
    metric = get_metric("pinball_0.9", "regression")
    loss = [metric.loss(y, np.full(len(y), np.quantile(y, level))) for level in (0.8, 0.9, 0.97)]
    assert np.argmin(loss) == 1


@pytest.fixture
def own_file(tmp_path, monkeypatch):
    folder = tmp_path / "automl_flow_extensions" / "tasks" / "metrics"
    folder.mkdir(parents=True)
    (folder / "profit.py").write_text(
        "from automl_flow import make_metric\n"
        "def profit(y_true, y_pred):\n    return float((y_true == y_pred).sum())\n"
        "ENTRY = make_metric(profit, greater_is_better=True, needs='label')\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(metrics, "OWN_METRICS", Registry("automl_flow.tasks.metrics", "metric"))
    yield
    for name in [n for n in sys.modules if n.startswith("automl_flow_extensions")]:
        del sys.modules[name]


def test_a_file_of_the_users_is_a_metric_by_its_name(own_file):
    assert of("profit").score(CODES, P) == 3.0


def test_a_stored_task_whose_metric_is_gone_can_be_read(own_file):
    document = TaskSpec(problem="binary", metric="profit").model_dump(mode="json")
    assert TaskSpec.restore(document).metric == "profit"
    assert TaskSpec.restore({**document, "metric": "gone"}).metric_name == "roc_auc"
    assert find_metric("gone") is None


def test_a_name_that_the_package_uses_is_refused():
    with pytest.raises(ConfigError, match=r"'pinball_0\.2' is a metric of the package"):
        make_metric(found, greater_is_better=True, name="pinball_0.2")
