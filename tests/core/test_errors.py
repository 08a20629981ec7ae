from __future__ import annotations

from automl_flow.core.errors import nearest


def test_a_close_choice_is_proposed():
    assert nearest("taget", ["target", "table"]) == "; did you mean 'target'?"


def test_without_a_close_one_the_choices_are_listed():
    assert nearest("x", ["one", "two"]) == "; valid: one, two"


def test_many_choices_are_cut():
    assert nearest("q", range(25)).endswith("and 5 more")


def test_nothing_to_choose_from_says_nothing():
    assert not nearest("x", [])
