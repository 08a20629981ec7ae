"""Networks in the report: size against score, and the result of a supernet."""

from __future__ import annotations

import pytest

from automl_flow.reports.networks import networks_table, supernet_reasons, tried_networks
from automl_flow.study.history import SearchHistory
from automl_flow.study.trial import TrialRecord
from automl_flow.tasks.metrics import get_metric
from automl_flow.tasks.spec import TaskSpec

ONE_SHOT = {"candidates": [{}, {}], "epochs": 4, "history": [{"parameter_free": 0.5, "entropy": 0.96}], "collapse": ""}


def attributes(parameters, _loss, epochs=6):
    return {"parameters": parameters, "epochs": epochs}


def trials(*measured):
    """A history of trials with (parameters, loss) or (parameters, loss, epochs); ``None`` for one that failed."""
    return SearchHistory(
        tuple(
            TrialRecord(n, {}, None, "failed")
            if pair is None
            else TrialRecord(n, {}, (pair[1],), "complete", attrs=attributes(*pair))
            for n, pair in enumerate(measured)
        )
    )


def tabulate_networks(history, task):
    return networks_table(tried_networks(history, task))


@pytest.mark.parametrize(("metric", "front"), [("accuracy", {"small", "large"}), ("log_loss", {"small", "middle"})])
def test_the_front_follows_the_direction_of_the_metric(metric, front):
    names = ("large", "small", "middle", "worst of its size")
    task = TaskSpec(problem="binary", metric=metric)
    scores = (0.9, 0.5, 0.4, 0.9)
    losses = [get_metric(metric, "binary").to_loss(score) for score in scores]
    table = tabulate_networks(trials(*zip((900, 10, 100, 900), losses, strict=True)), task)
    assert dict(zip(table["trial"], table["score"], strict=True)) == dict(enumerate(scores))
    assert {names[row.trial] for row in table.itertuples() if row.on_front == "yes"} == front


def test_trials_without_a_score_are_left_out():
    table = tabulate_networks(trials(None, (5, -0.5), None), TaskSpec(problem="binary", metric="accuracy"))
    assert list(table["trial"]) == [1]


def test_no_trial_at_all_is_an_empty_table():
    table = tabulate_networks(trials(None), TaskSpec(problem="binary", metric="accuracy"))
    assert list(table.columns) == ["trial", "parameters", "score", "epochs", "on_front"]
    assert table.empty


def test_only_networks_that_were_trained_as_long_as_any_are_on_the_front():
    table = tabulate_networks(
        trials((10, -0.9, 2), (20, -0.7, 6), (30, -0.8, 6)), TaskSpec(problem="binary", metric="accuracy")
    )
    assert list(table["on_front"]) == ["no", "yes", "yes"]
    assert list(table["epochs"]) == [2, 6, 6]


def test_without_a_supernet_nothing_is_said():
    assert supernet_reasons({}) == ()


def test_a_supernet_says_what_it_learned_and_whether_it_collapsed():
    learned, collapse = supernet_reasons(ONE_SHOT)
    assert "After 4 epochs the supernet proposed 2 architectures." in learned
    assert "The entropy of its choices was 96% of the maximum" in learned
    assert "50% of the operations that it preferred have no parameters" in learned
    assert collapse == "Early stopping against collapse: no collapse was seen."


def test_a_collapse_is_told():
    _, collapse = supernet_reasons({**ONE_SHOT, "collapse": "alphas of epoch 2 were kept"})
    assert collapse == "Early stopping against collapse: alphas of epoch 2 were kept."


def test_a_failed_supernet_is_told():
    assert "failed (memory)" in supernet_reasons({"failed": "memory"})[0]
