from __future__ import annotations

from dataclasses import replace

import pytest

from automl_flow.core.config import parse_config
from automl_flow.core.errors import ConfigError
from automl_flow.recipes import STEPS, RecipeConfig, propose_recipe
from tests.recipes.tables import describe, mixed_table


@pytest.mark.parametrize(
    ("column", "step"),
    [
        ("size", "numbers"),
        ("colour", "categories"),
        ("city", "many_categories"),
        ("grade", "ordered"),
        ("new", "flags"),
        ("answer", "categories"),
        ("start", "dates"),
        ("end", "dates"),
        ("day", "dates"),
        ("about", "texts"),
        ("odd", "categories"),
        ("key_id", "drop"),
        ("same", "drop"),
        ("empty", "drop"),
    ],
)
def test_each_kind_of_column_has_its_step(column, step):
    assert describe(mixed_table())[1].step_of(column) == step


def test_every_column_has_exactly_one_step():
    profile, recipe = describe(mixed_table())
    planned = [column for step in recipe.steps for column in step.columns]
    assert sorted(planned) == sorted(column.name for column in profile.columns)


def test_order_of_labels_is_written_down():
    recipe = describe(mixed_table())[1]
    step = next(step for step in recipe.steps if step.name == "ordered")
    assert step.options["orders"] == {"grade": ["low", "mid", "high"]}


def test_single_columns_can_differ():
    columns = {"price": {"scale": "quantile"}, "count": {"step": "drop"}, "colour": {"rare_category": 20}}
    recipe = describe(mixed_table(), columns=columns)[1]
    by_column = {column: step for step in recipe.steps for column in step.columns}
    assert by_column["price"].options["scale"] == "quantile"
    assert by_column["size"].options["scale"] == "clip"
    assert by_column["count"].name == "drop"
    assert by_column["colour"].options == {"rare": 20}


def test_few_categories_may_be_called_many():
    recipe = describe(mixed_table(), many_categories=2)[1]
    assert recipe.step_of("colour") == "many_categories"


def test_unknown_column_is_named_with_the_nearest():
    profile = describe(mixed_table())[0]
    config = RecipeConfig.model_validate({"columns": {"pryce": {"step": "drop"}}})
    with pytest.raises(ConfigError, match=r"recipe\.columns.*'pryce'; did you mean 'price'"):
        propose_recipe(profile, config)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"impute": "guess"}, "recipe.impute"),
        ({"rare_category": 0}, "recipe.rare_category"),
        ({"scael": "none"}, "did you mean 'scale'"),
        ({"columns": {"a": {"step": "nubers"}}}, "recipe.columns.a.step"),
        ({"text_components": "many"}, "recipe.text_components"),
    ],
)
def test_wrong_settings_are_explained(values, said):
    with pytest.raises(ConfigError, match=said):
        parse_config(RecipeConfig, values, "recipe")


def test_options_of_a_step_can_be_given_for_a_column():
    recipe = describe(mixed_table(), columns={"about": {"options": {"analyzer": "characters"}}})[1]
    step = next(step for step in recipe.steps if step.name == "texts")
    assert step.options == {"components": 20, "analyzer": "characters"}
    with pytest.raises(ConfigError, match=r"recipe\.columns\.about\.options\.analyser: .*did you mean 'analyzer'"):
        describe(mixed_table(), columns={"about": {"options": {"analyser": "characters"}}})


def test_a_step_with_precedence_takes_the_columns_of_its_roles(monkeypatch):
    mine = replace(STEPS.get("numbers"), precedence=1, takes=lambda column, settings: column.name != "size")
    monkeypatch.setitem(STEPS._entries, "mine", mine)
    recipe = describe(mixed_table())[1]
    assert recipe.step_of("price") == "mine"
    assert recipe.step_of("size") == "numbers"


def test_every_step_can_be_chosen_for_a_column():
    for name in STEPS.names():
        config = parse_config(RecipeConfig, {"columns": {"price": {"step": name}}}, "recipe")
        assert config.columns["price"].step == name
