from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from automl_flow.reports import NetworkDrawing, ReportContent, render_report
from tests.reports.contents import EVIL, KINDS, content

VOID = {"meta", "br", "img", "path", "use"}


class Page(HTMLParser):
    """Collects tags, ids and addresses, and notices tags that are not closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.open: list[str] = []
        self.errors: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        if tag not in VOID:
            self.open.append(tag)
        self._attributes(attrs)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self._attributes(attrs)

    def _attributes(self, attrs):
        self.ids += [value for name, value in attrs if name == "id"]
        self.addresses += [value for name, value in attrs if name in ("href", "src", "action")]
        self.handlers += [name for name, _ in attrs if name.startswith("on")]

    def handle_endtag(self, tag):
        if tag in VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.errors.append(f"{tag} closed at {self.getpos()}")


@cache
def rendered(kind: str, word: str = "plain") -> str:
    return render_report(content(kind, word))


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_is_well_formed_and_its_ids_are_unique(kind):
    page = Page(rendered(kind))
    assert page.errors == page.open == []
    assert len(page.ids) == len(set(page.ids))


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_loads_nothing_and_runs_nothing(kind):
    html = rendered(kind, EVIL)
    page = Page(html)
    assert not re.search(r"https?:|url\((?!#)|@import", html)
    assert not {"script", "link", "iframe", "object"} & set(page.tags)
    assert page.handlers == []
    assert all(address.startswith(("#", "data:image/svg+xml;base64,")) for address in page.addresses)


@pytest.mark.parametrize("word", ['"><img src=x onerror=alert(1)>', "{{ 7 * 7 }}", "$\\frac{", "_ a&b ünï 漢字"])
def test_texts_of_users_and_data_are_shown_and_never_markup(word):
    html = rendered("binary", word)
    page = Page(html)
    assert escape(word) in html
    assert page.errors == page.open == []
    assert "script" not in page.tags
    assert "49" not in re.findall(r"<h1>(.*?)</h1>", html)


@pytest.mark.parametrize("kind", ["binary", "regression", "image"])
def test_equal_content_gives_equal_bytes(kind):
    first = rendered(kind)
    content.cache_clear()
    assert render_report(content(kind)) == first


@pytest.mark.parametrize("kind", KINDS)
def test_it_tells_score_interval_baseline_and_search(kind):
    shown = content(kind)
    html = rendered(kind)
    headline = f"{shown.evaluation.headline.value:.3g}"[:4].replace("-", "−")
    assert headline in html
    assert "95% interval" in html
    assert "mean of the target" in html if kind == "regression" else "class frequencies" in html
    assert "The search expected 0.7000" in html


def test_baselines_come_before_parts_of_the_model():
    cards = re.findall(r'<div class="label">(.*?)</div>', rendered("binary"))
    assert cards[1:3] == ["class frequencies", "member plain"]


def test_every_anchor_of_the_contents_exists():
    page = Page(rendered("binary"))
    anchors = [address[1:] for address in page.addresses if address.startswith("#")]
    assert set(anchors) <= set(page.ids)


@pytest.mark.parametrize(
    ("kind", "there", "absent"),
    [
        ("binary", ["Confusion", "ROC:", "Calibration", "By group"], ["Errors against predictions", "Layers"]),
        ("regression", ["Errors against predictions", "Mean error"], ["Confusion", "ROC:"]),
        ("image", ["Layers", "Confusion", "rows 0, columns 0"], ["All 2 columns", "By group"]),
        ("sequence", ["Layers", "channel 1"], ["By group"]),
    ],
)
def test_each_kind_of_task_has_its_own_sections(kind, there, absent):
    html = rendered(kind).replace("–", "-").replace("rows 0-0, columns 0-0", "rows 0, columns 0")
    assert [word for word in there if word not in html] == []
    assert [word for word in absent if word in html] == []


def test_the_least_content_is_enough():
    full = content("binary")
    bare = ReportContent(full.task, replace(full.evaluation, importance=(), robustness=(), groups=(), gaps=()), {})
    page = Page(render_report(bare))
    assert page.errors == page.open == []


def test_a_search_without_a_single_score_is_shown():
    full = content("binary")
    empty = replace(
        full.trajectories[0], points=tuple(replace(p, score=None, best=None) for p in full.trajectories[0].points)
    )
    assert "6 trials" in render_report(replace(full, trajectories=(empty, replace(empty, points=()))))


def test_a_drawing_cannot_run():
    drawing = NetworkDrawing(f"<svg>{EVIL}</svg>", EVIL, 300)
    html = render_report(replace(content("image"), network=replace(content("image").network, drawings=(drawing,))))
    assert EVIL not in html
    assert 'src="data:image/svg+xml;base64,' in html


def test_parameters_of_one_network_and_of_all_are_told_apart():
    html = render_report(content("image"))
    assert "One network from input to output: 72 trainable parameters." in html
    assert "The model averages 2 such networks, trained from different seeds: 144 parameters in all." in html


def test_a_serious_note_stands_above_the_scores():
    page = render_report(content("binary"))
    assert page.index("warning plain") < page.index('class="card"') < page.index("note plain")
