from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import pytest
from pydantic import Field

from automl_flow.core.config import Config, parse_config, renamed_arguments
from automl_flow.core.errors import ConfigError


class Inner(Config):
    folds: int = Field(default=5, ge=2)


class Outer(Config):
    name: str
    split: Inner = Inner()


def test_defaults_fill_an_empty_section():
    assert parse_config(Inner, None, "x.yml: t").folds == 5


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"name": "a", "splt": {}}, ["x.yml: t.splt", "did you mean 'split'"]),
        ({"name": "a", "split": {"fold": 3}}, ["x.yml: t.split.fold", "did you mean 'folds'"]),
        ({"name": "a", "split": {"folds": "many"}}, ["x.yml: t.split.folds", "valid integer", "'many'"]),
        ({"name": "a", "split": {"folds": 1}}, ["x.yml: t.split.folds", "greater than or equal to 2", "got 1"]),
        ({}, ["x.yml: t.name", "required"]),
    ],
)
def test_an_error_names_file_key_rule_value_and_nearest_choice(values, parts):
    with pytest.raises(ConfigError) as error:
        parse_config(Outer, values, "x.yml: t")
    for part in parts:
        assert part in str(error.value)


def test_every_wrong_key_is_listed_at_once():
    with pytest.raises(ConfigError) as error:
        parse_config(Outer, {"nam": 1, "split": {"folds": 0}}, "x.yml: t")
    assert len(str(error.value).splitlines()) == 3


def test_a_section_that_is_not_a_mapping_is_refused():
    with pytest.raises(ConfigError, match="must be a mapping"):
        parse_config(Inner, [1], "x.yml: t")


class Search(Config):
    renamed: ClassVar[Mapping[str, str]] = {"turns": "cv_folds"}
    cv_folds: int = 5


class LargeSearch(Search):
    renamed: ClassVar[Mapping[str, str]] = {"stop": "max_trials"}
    max_trials: int = 10


class Task(Config):
    search: LargeSearch = LargeSearch()


@pytest.mark.parametrize(("old", "new"), [("turns", "cv_folds"), ("stop", "max_trials")])
def test_a_renamed_key_is_refused_with_its_new_name_in_a_nested_section_and_a_subclass(old, new):
    with pytest.raises(ConfigError, match=rf"^x.yml: t.search.{old}: unknown key '{old}'; it is called '{new}'$"):
        parse_config(Task, {"search": {old: 3}}, "x.yml: t")


class Estimator:
    @renamed_arguments(verbose="progress")
    def __init__(self, *, progress: bool = True) -> None:
        self.progress = progress


def test_a_renamed_argument_is_refused_with_its_new_name():
    with pytest.raises(ConfigError, match=r"^Estimator.verbose: unknown argument; it is called 'progress'$"):
        Estimator(verbose=True)
    assert not Estimator(progress=False).progress


def test_an_argument_that_was_never_known_is_left_to_python():
    with pytest.raises(TypeError, match="unexpected keyword argument 'verbos'"):
        Estimator(verbos=True)
