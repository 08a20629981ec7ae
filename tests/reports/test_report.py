from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser

import pytest
from markupsafe import escape

from automl_flow.evaluation.classification import Curve
from automl_flow.reports import LeaderboardRow, NetworkDrawing, ReportData, Trajectory, TrialPoint, render_report
from automl_flow.reports.plots import draw_roc, draw_trajectory, out_of_view
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
    assert f"constant baseline ({'mean' if kind == 'regression' else 'class frequencies'})" in html
    if kind in ("image", "sequence"):
        assert "on 60 rows held back from the 60 training rows; best of 6 trials" in html
    else:
        assert "out-of-fold, on 60 training rows; best of 6 trials" in html


def test_baselines_come_before_parts_of_the_model():
    cards = re.findall(r'<div class="label">(.*?)</div>', rendered("binary"))
    assert cards[1:3] == ["constant baseline (class frequencies)", "member plain"]


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
    bare = ReportData(full.task, replace(full.evaluation, importance=(), robustness=(), groups=(), gaps=()), {})
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


def test_networks_are_shown_by_size_and_score_where_they_were_trained_as_long():
    html = render_report(content("image"))
    label = re.search(r'aria-label="Networks of the search by size and score. ([^"]*)"', html)
    assert label is not None
    assert label.group(1) == "trial 0: 72 parameters, 0.7000; trial 1: 99 parameters, 0.8000"


def test_parameters_of_one_network_and_of_all_are_told_apart():
    html = render_report(content("image"))
    assert "One network from input to output: 72 trainable parameters." in html
    assert "The model averages 2 such networks, trained from different seeds: 144 parameters in all." in html


def test_a_serious_note_stands_above_the_scores():
    page = render_report(content("binary"))
    assert page.index("warning plain") < page.index('class="card"') < page.index("note plain")


def test_shares_on_each_level_add_up_to_what_they_are_parts_of():
    rows = re.findall(
        r'<th scope="row" class="level-(\d)">.*?</td><td class="n">(\d+\.\d)%</td><td class="params">',
        rendered("binary"),
    )
    by_level = {level: sum(float(weight) for own, weight in rows if own == level) for level, _ in rows}
    assert by_level == {"0": 100.0, "1": 100.0, "2": 75.0}


def test_a_failed_trial_is_shown_with_its_number_and_its_message_escaped():
    html = rendered("binary", EVIL)
    assert "Trial 2 failed (memory)" in html
    assert f"<code>too large {escape(EVIL)}</code>" in html


def test_hyper_parameters_are_on_the_page():
    html = rendered("binary")
    assert '<td class="params">rate=0.1</td>' in html
    assert html.count('<td class="params">plain=1</td>') == 6


def many_classes(n: int) -> ReportData:
    """Contents with as many curves as classes, of areas that rise with the number of the class."""
    full = content("multiclass")
    detail = full.evaluation.classification
    assert detail is not None
    curves = tuple(Curve(f"class {k}", (0.0, 1.0), (0.0, 1.0), 0.5 + k / 100) for k in range(n))
    evaluation = replace(
        full.evaluation,
        classification=replace(detail, roc=curves, precision_recall=curves[::-1]),
        classes=tuple(curve.label for curve in curves),
        class_shares=((1 / n, 1 / n),) * n,
    )
    return replace(full, evaluation=evaluation)


@pytest.mark.parametrize("n", [3, 8, 9, 30])
def test_every_class_has_a_curve_or_is_named_among_those_left_out(n):
    shown = many_classes(n)
    svg = str(draw_roc(shown.evaluation.classification.roc))
    html = re.sub(r"<svg.*?</svg>", "", render_report(shown), flags=re.DOTALL)
    in_legend = set(re.findall(r"class \d+(?= \()", re.sub(r'aria-label="[^"]*"', "", svg)))
    told = re.search(r"The ROC plot shows the 8 classes with the smallest areas; not drawn: (.*?)\.(?= |</p>)", html)
    left_out = set(re.findall(r"class \d+", told.group(1))) if told else set()
    assert in_legend | left_out == {f"class {k}" for k in range(n)}
    assert not in_legend & left_out
    assert in_legend == {f"class {k}" for k in range(min(n, 8))}


def test_a_class_that_the_holdout_lacks_is_named():
    full = many_classes(3)
    evaluation = replace(
        full.evaluation, classes=(*full.evaluation.classes, "absent"), class_shares=((0.25, 0.25),) * 4
    )
    html = render_report(replace(full, evaluation=evaluation))
    assert "Without a curve, because the holdout has none or nothing else of them: absent." in html


def points(scores, epochs=None):
    return tuple(
        TrialPoint(i, "complete", score, None, "m", epochs=None if epochs is None else epochs[i])
        for i, score in enumerate(scores)
    )


def test_trials_off_the_scale_are_counted_in_the_caption():
    full = content("binary")  # greater is better
    scores = [0.80, 0.81, 0.82, 0.80, 0.83, 0.81, 0.82, 0.80, 0.81, 0.82, 0.1]
    assert out_of_view(Trajectory("t", points(scores)), full.evaluation) == 1
    html = render_report(replace(full, trajectories=(Trajectory("t", points(scores)),)))
    assert "Off the scale: 1 bad trial (triangles at the edge)." in html


def test_trials_of_different_lengths_are_told_apart():
    full = content("binary")
    shown = Trajectory("t", points([0.8, 0.9, 0.7], [2, 6, 2]))
    svg = str(draw_trajectory(shown, full.evaluation, "x"))
    assert ">2 epochs<" in svg
    assert ">6 epochs<" in svg
    html = render_report(replace(full, trajectories=(shown,)))
    assert "the best score so far of those with 6 epochs" in html


def test_groups_say_what_is_sensitive_small_and_favourable():
    full = content("binary")
    html = rendered("binary")
    assert "The sensitive column group plain is an input of the model." in html
    assert "Which outcome is favourable is not set" in html
    small = replace(full.evaluation, smallest_group=31, favourable="no")
    told = render_report(replace(full, evaluation=small))
    assert "Too small to be evaluated (fewer than 31 rows): f, m plain." in told
    assert "Predicted no (favourable)" in told


def test_a_long_leaderboard_is_cut_but_for_what_has_a_share():
    full = content("binary")
    others = tuple(LeaderboardRow(f"other-{i}", "candidate", 0.5, level=2) for i in range(300))
    html = render_report(replace(full, leaderboard=(*others, *full.leaderboard)))
    assert html.count('class="level-2">other-') == 200
    assert "101 more candidates are only in" in html  # with the baseline, which has no share
    assert 'class="level-2">member plain' in html
