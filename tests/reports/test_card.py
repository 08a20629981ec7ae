from __future__ import annotations

from dataclasses import replace

import pytest

from automl_flow.evaluation.fairness import Gap
from automl_flow.evaluation.intervals import Interval
from automl_flow.reports import ReportContent, model_card
from automl_flow.reports.card import limits
from tests.reports.contents import EVIL, KINDS, content


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_task_has_all_headings(kind):
    lines = model_card(content(kind)).splitlines()
    headings = [line for line in lines if line.startswith("#")]
    assert headings == [
        "# Model card: plain",
        *(
            f"## {h}"
            for h in ("What it is", "Intended use", "How well it does", "Data", "Groups", "Limits", "Reproduce")
        ),
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_tables_have_as_many_cells_in_every_row(kind):
    blocks, block = [], []
    for line in [*model_card(content(kind)).splitlines(), ""]:
        if line.startswith("|"):
            block.append(line.count("|"))
        elif block:
            blocks.append(block)
            block = []
    assert len(blocks) >= 2
    assert all(len(set(b)) == 1 and len(b) > 2 for b in blocks)


@pytest.mark.parametrize("kind", KINDS)
def test_it_is_stable_and_holds_no_markup_of_users(kind):
    first = model_card(content(kind, EVIL))
    content.cache_clear()
    assert model_card(content(kind, EVIL)) == first
    assert "<script" not in first


def test_limits_speak_of_few_rows_and_warnings():
    found = " ".join(limits(content("binary")))
    assert "only 60 rows" in found
    assert "saw plain" in found


def test_limits_speak_of_a_search_that_promised_too_much():
    full = content("binary")
    worse = replace(full.evaluation, optimism=Interval(0.2, 0.1, 0.3))
    assert "promised too much" in " ".join(limits(replace(full, evaluation=worse)))


def test_limits_speak_of_groups_that_are_far_apart():
    full = content("binary")
    apart = replace(full.evaluation, gaps=(Gap("sex", "selection_rate", 0.3, 0.5),))
    assert "Groups of sex are selected at very different rates (smallest over largest: 50%)" in " ".join(
        limits(replace(full, evaluation=apart))
    )


def test_the_least_content_is_enough():
    full = content("regression")
    bare = ReportContent(full.task, replace(full.evaluation, comparisons=(), groups=(), gaps=(), importance=()), {})
    assert "so nothing is known about differences between groups" in model_card(bare)


def test_a_serious_note_stands_above_everything_and_others_among_the_limits():
    card = model_card(content("binary"))
    assert card.index("**Warning.** warning plain") < card.index("## What it is")
    assert card.index("note plain") > card.index("## Limits")
