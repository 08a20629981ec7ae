"""The contract of all feature generators."""

from __future__ import annotations

import json
from functools import cache

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.errors import ConfigError
from automl_flow.features import GENERATORS, FeatureContext, FeaturePlan, PlannedFeatures
from automl_flow.recipes import ENCODINGS, STEPS, build_preprocessor
from automl_flow.serialization import skops
from tests.recipes.tables import binary_target, describe, mixed_table

CONTEXT = FeatureContext(
    n_rows=200,
    n_outputs=2,
    numbers=("price", "size", "count", "n0", "n1", "n2", "n3", "n4", "grade"),
    labels=("city", "colour", "odd", "answer"),
    dates=("start", "end", "day"),
    texts=("about",),
    missing={"size": 0.1, "colour": 0.1, "price": 0.0, "odd": 0.2},
    unique={"city": 60, "colour": 3, "odd": 6, "answer": 2, **dict.fromkeys(("price", "size", "count", "grade"), 20)}
    | dict.fromkeys(("n0", "n1", "n2", "n3", "n4"), 200),
)
BARE = FeatureContext(200, 2, (), (), (), (), {}, {})


def table() -> pd.DataFrame:
    numbers = np.random.default_rng(1).normal(size=(200, 5))
    return mixed_table().assign(**{f"n{i}": numbers[:, i] for i in range(5)})


def plan_of(name: str) -> FeaturePlan:
    proposals = GENERATORS.get(name).propose(CONTEXT)
    return FeaturePlan(tuple(PlannedFeatures(name, p.columns, p.options) for p in proposals))


def fit(plan: FeaturePlan | None, encoding: str):
    profile, recipe = describe(table())
    return build_preprocessor(recipe, plan, profile, encoding, 0).fit(table(), binary_target())


@cache
def made_by(name: str, encoding: str):
    return fit(plan_of(name), encoding)


@cache
def recipe_alone(encoding: str):
    return fit(None, encoding)


@pytest.mark.parametrize("name", GENERATORS.names())
def test_says_what_it_makes(name):
    generator = GENERATORS.get(name)
    assert len(generator.about) > 10
    assert generator.step in STEPS.names()
    assert generator.options.__doc__


@pytest.mark.parametrize("name", GENERATORS.names())
def test_proposes_nothing_without_columns(name):
    assert GENERATORS.get(name).propose(BARE) == []


@pytest.mark.parametrize("name", GENERATORS.names())
def test_proposals_are_documents_of_known_columns(name):
    proposals = GENERATORS.get(name).propose(CONTEXT)
    assert proposals
    for proposal in proposals:
        assert set(proposal.columns) <= set(table().columns)
        assert json.loads(json.dumps(proposal.options)) == proposal.options


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", GENERATORS.names())
def test_adds_features_to_those_of_the_recipe(name, encoding):
    names = list(made_by(name, encoding).get_feature_names_out())
    old = list(recipe_alone(encoding).get_feature_names_out())
    assert names[: len(old)] == old
    assert len(set(names)) == len(names) > len(old)
    if encoding == "native":
        assert len(names) - len(old) == sum(p.size for p in GENERATORS.get(name).propose(CONTEXT))


@pytest.mark.parametrize("encoding", ["native"])
@pytest.mark.parametrize("name", GENERATORS.names())
def test_is_the_same_every_time_and_leaves_its_input_alone(name, encoding):
    first, second = made_by(name, encoding), fit(plan_of(name), encoding)
    data = table()
    pd.testing.assert_frame_equal(pd.DataFrame(first.transform(data)), pd.DataFrame(second.transform(data)))
    pd.testing.assert_frame_equal(data, table())


@pytest.mark.parametrize("name", GENERATORS.names())
def test_new_and_missing_values_are_no_problem(name):
    preprocessor = made_by(name, "scaled")
    strange = pd.DataFrame({column: ["never seen", None, 7] for column in table()})
    assert np.isfinite(preprocessor.transform(strange)).all()


@pytest.mark.parametrize("name", GENERATORS.names())
def test_one_row_is_made_as_in_company(name):
    preprocessor = made_by(name, "ordinal")
    together = preprocessor.transform(table())
    np.testing.assert_allclose(preprocessor.transform(table().iloc[[7]])[0], together[7], rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("name", GENERATORS.names())
def test_can_be_saved_with_the_types_that_it_names(name):
    preprocessor = made_by(name, "native")
    again = skops.read_preprocessor(skops.dump_preprocessor(preprocessor))
    pd.testing.assert_frame_equal(again.transform(table()), preprocessor.transform(table()))


@pytest.mark.parametrize("name", GENERATORS.names())
def test_wrong_options_are_refused(name):
    with pytest.raises(ConfigError, match=r"here\.no_such_option: unknown key"):
        GENERATORS.get(name).transformer({"no_such_option": 1}, 0, "here")
