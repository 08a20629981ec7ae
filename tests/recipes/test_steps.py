"""The contract of preprocessing steps, ours or a user's."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import ConfigError
from automl_flow.recipes import ENCODINGS, STEPS, Recipe, RecipeStep, build_preprocessor
from automl_flow.tasks.profile import Profile
from tests.recipes.tables import binary_target, describe, mixed_table

USED = [name for name in STEPS.names() if STEPS.get(name).kind is not None]
COLUMNS = {"number": "size", "label": "odd", "rank": "grade", "date": "start", "text": "about"}


def only(step: str) -> tuple[Profile, Recipe]:
    """A recipe of one step for one column."""
    profile, recipe = describe(mixed_table())
    column = COLUMNS[STEPS.get(step).kind]
    options = next((dict(s.options) for s in recipe.steps if s.name == step), {})
    return profile, Recipe((RecipeStep(step, (column,), options),))


def test_none_is_unavailable():
    assert STEPS.unavailable() == {}


@pytest.mark.parametrize("name", STEPS.names())
def test_says_what_it_does(name):
    assert len(STEPS.get(name).about) > 10
    assert STEPS.get(name).options.__doc__


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", USED)
def test_is_the_same_every_time_and_leaves_its_input_alone(name, encoding):
    profile, recipe = only(name)
    table, y = mixed_table(), binary_target()
    first = build_preprocessor(recipe, None, profile, encoding, 3).fit(table, y).transform(table)
    second = build_preprocessor(recipe, None, profile, encoding, 3).fit(table, y).transform(table)
    pd.testing.assert_frame_equal(pd.DataFrame(first), pd.DataFrame(second))
    pd.testing.assert_frame_equal(table, mixed_table())


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", USED)
def test_new_and_missing_values_fit_the_same_shape(name, encoding):
    profile, recipe = only(name)
    preprocessor = build_preprocessor(recipe, None, profile, encoding, 0).fit(mixed_table(), binary_target())
    known = preprocessor.transform(mixed_table())
    strange = pd.DataFrame({column: ["never seen", None, 7] for column in mixed_table()})
    made = preprocessor.transform(strange)
    assert made.shape == (3, known.shape[1])
    assert len(set(preprocessor.get_feature_names_out())) == known.shape[1]
    if encoding == "scaled":
        assert np.isfinite(made).all()


@pytest.mark.parametrize("name", STEPS.names())
def test_wrong_options_are_refused(name):
    with pytest.raises(ConfigError, match=r"here\.no_such_option: unknown key"):
        STEPS.get(name).transformer({"no_such_option": 1}, "scaled", 0, "here")
