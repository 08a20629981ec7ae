from __future__ import annotations

import pytest

from automl_flow.reports import render_index, summarize
from tests.reports.contents import EVIL, KINDS, content
from tests.reports.test_report import Page


def summary(kind, word="plain"):
    shown = content(kind, word)
    return summarize(shown.task, shown.evaluation.to_metrics(), f"{kind}.html")


def test_all_tasks_are_linked_in_order():
    page = Page(render_index([summary(kind) for kind in KINDS]))
    assert page.addresses == [f"{kind}.html" for kind in KINDS]
    assert page.errors == page.open == []


def test_texts_are_escaped():
    assert "<script" not in render_index([summary("binary", EVIL)])


def test_no_task_is_no_error():
    assert "No task has been evaluated yet" in render_index([])


@pytest.mark.parametrize(
    ("kind", "lightgbm", "better"),
    [("binary", 0.1, True), ("regression", 0.1, False), ("regression", 9.0, True), ("binary", None, None)],
)
def test_better_follows_the_direction_of_the_metric(kind, lightgbm, better):
    shown = content(kind)
    metrics = shown.evaluation.to_metrics()
    metrics["baselines"] = {} if lightgbm is None else {"baseline_lightgbm": lightgbm}
    assert summarize(shown.task, metrics, "x.html").better_than_lightgbm is better
