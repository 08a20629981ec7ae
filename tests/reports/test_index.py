from __future__ import annotations

import re

import pytest

from automl_flow.reports import render_index, summarize
from automl_flow.study.schedule import PhaseTime
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
    ("low", "high", "better", "colour"),
    [
        (0.01, 0.05, True, "good"),
        (-0.05, -0.01, False, "warn"),
        (-0.01, 0.05, None, None),
        (-0.05, 0.01, None, None),
        (0.0, 0.0, None, None),
    ],
)
def test_colours_follow_the_decision_of_the_report(low, high, better, colour):
    shown = content("binary")
    metrics = shown.evaluation.to_metrics()
    metrics["comparisons"] = {"baseline_lightgbm": {"gain": (low + high) / 2, "low": low, "high": high}}
    found = summarize(shown.task, metrics, "x.html")
    assert found.better_than_lightgbm is better
    assert re.findall(r'<strong(?: class="(\w+)")?>', render_index([found])) == [colour or ""]


def test_without_a_comparison_there_is_no_colour():
    assert summary("binary").better_than_lightgbm is None


@pytest.mark.parametrize(("kind", "direction"), [("binary", "higher is better"), ("regression", "lower is better")])
def test_the_direction_of_the_metric_is_shown(kind, direction):
    assert direction in render_index([summary(kind)])


def test_further_pages_are_linked():
    shown = content("binary")
    found = summarize(shown.task, shown.evaluation.to_metrics(), "x.html", [("model card", "t/model_card.md")])
    assert Page(render_index([found])).addresses == ["x.html", "t/model_card.md"]


def test_rows_are_those_of_the_holdout():
    assert summary("binary").rows == content("binary").evaluation.n_holdout


def test_seconds_are_planned_against_spent():
    shown = content("binary")
    phases = (PhaseTime("first layer", 240.0, 181.25), PhaseTime("refit", None, 12.0))
    page = render_index([summarize(shown.task, shown.evaluation.to_metrics(), "x.html", (), {"model search": phases})])
    assert 'first layer</td><td class="n">240.0</td><td class="n">181.2</td>' in page
    assert 'refit</td><td class="n">–</td><td class="n">12.0</td>' in page
    assert "Where the seconds" not in render_index([summary("binary")])
