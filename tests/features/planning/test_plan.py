from __future__ import annotations

import json

import numpy as np
import pytest

from automl_flow.core.errors import ArtifactError, ConfigError, DataError
from automl_flow.features import FeaturePlan, PlannedFeatures
from automl_flow.recipes import build_preprocessor
from tests.recipes.tables import binary_target, describe, mixed_table

PLAN = FeaturePlan(
    (
        PlannedFeatures("frequencies", ("city",), {}, 0.01, kept=True, reason="it helps"),
        PlannedFeatures("missing_counts", ("size", "colour"), {}, None, kept=False, reason="not evaluated"),
    ),
    ("count",),
)


def test_document_survives_json():
    assert FeaturePlan.from_document(json.loads(json.dumps(PLAN.to_document()))) == PLAN


@pytest.mark.parametrize("document", [{"proposals": [{"nam": "x"}], "dropped": []}, {"proposals": None}])
def test_other_documents_are_refused(document):
    with pytest.raises(ArtifactError, match=r"FeaturePlan\.proposals"):
        FeaturePlan.from_document(document)


def test_only_kept_features_are_made_and_dropped_columns_are_not_needed():
    profile, recipe = describe(mixed_table())
    preprocessor = build_preprocessor(recipe, PLAN, profile, "native", 0).fit(mixed_table(), binary_target())
    names = set(preprocessor.get_feature_names_out())
    assert "+frequency(city)" in names
    assert not names & {"+missing", "count"}
    preprocessor.transform(mixed_table().drop(columns="count"))


def test_features_may_be_made_of_dropped_columns():
    profile, recipe = describe(mixed_table())
    plan = FeaturePlan((PlannedFeatures("frequencies", ("city",)),), ("city",))
    made = build_preprocessor(recipe, plan, profile, "ordinal", 0).fit(mixed_table(), binary_target())
    names = list(made.get_feature_names_out())
    assert "city" not in names
    assert "+frequency(city)" in names


def test_unknown_columns_and_generators_are_refused():
    profile, recipe = describe(mixed_table())
    with pytest.raises(DataError, match="no column 'town'"):
        build_preprocessor(recipe, FeaturePlan((PlannedFeatures("frequencies", ("town",)),)), profile, "native", 0)
    with pytest.raises(ConfigError, match="unknown feature generator 'frequency'; did you mean 'frequencies'"):
        build_preprocessor(recipe, FeaturePlan((PlannedFeatures("frequency", ("city",)),)), profile, "native", 0)


def test_description_says_why():
    lines = PLAN.describe()
    assert lines[0] == "kept: frequencies of city (it helps)"
    assert lines[1].startswith("left out: missing_counts")
    assert lines[2] == "columns without use: count"


def test_target_means_are_learned_inside_the_fold():
    random = np.random.default_rng(0)
    table = mixed_table(1000).assign(city=[f"c{i}" for i in random.integers(0, 300, 1000)])
    profile, recipe = describe(table)
    plan = FeaturePlan((PlannedFeatures("target_encoding", ("city",)),))
    y = random.integers(0, 2, 1000)
    made = build_preprocessor(recipe, plan, profile, "native", 0).fit_transform(table, y)
    assert abs(np.corrcoef(made["+target(city)"], y)[0, 1]) < 0.15
