from __future__ import annotations

import inspect

import pytest

from automl_flow.core.errors import AutoMLFlowWarning, nearest, shown, warn
from automl_flow.study.notes import Note, warn_of


def test_a_close_choice_is_proposed():
    assert nearest("taget", ["target", "table"]) == "; did you mean 'target'?"


def test_without_a_close_one_the_choices_are_listed():
    assert nearest("x", ["one", "two"]) == "; valid: one, two"


def test_many_choices_are_cut():
    assert nearest("q", range(25)).endswith("and 5 more")


def test_nothing_to_choose_from_says_nothing():
    assert not nearest("x", [])


def test_what_a_terminal_would_obey_is_written_out():
    assert shown("a\x1b[31m\nb\u202e\ud800é") == "a\\x1b[31m\\nb\\u202e\\ud800é"


def test_a_long_name_is_cut():
    assert shown("x" * 500, limit=3) == "xxx…"


def test_choices_are_shown_safely():
    assert nearest("q", ["a\x1bb"]) == "; valid: a\\x1bb"


@pytest.mark.parametrize("call", [lambda: warn("x"), lambda: warn_of([Note("x", serious=True)])], ids=["near", "deep"])
def test_a_warning_points_to_the_first_line_outside(call):
    with pytest.warns(AutoMLFlowWarning) as caught:
        call()
    assert caught[0].filename == __file__
    assert caught[0].lineno == inspect.getsourcelines(call)[1]
