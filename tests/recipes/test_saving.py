from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

from automl_flow.recipes import ENCODINGS, TRUSTED_TYPES, build_preprocessor
from tests.recipes.tables import binary_target, describe, mixed_table


@pytest.fixture(scope="module")
def skops_io():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what skops imports warns of its own future
        import skops.io

    return skops.io


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("target", ["classes", "values"])
def test_saved_preprocessors_come_back_with_a_fixed_list_of_types(skops_io, encoding, target):
    table, y = mixed_table(), binary_target()
    y = y if target == "classes" else y.astype(np.float64)
    profile, recipe = describe(table)
    preprocessor = build_preprocessor(recipe, None, profile, encoding, 0).fit(table, y)
    again = skops_io.loads(skops_io.dumps(preprocessor), trusted=list(TRUSTED_TYPES))
    expected, made = preprocessor.transform(table), again.transform(table)
    pd.testing.assert_frame_equal(pd.DataFrame(made), pd.DataFrame(expected))


def test_many_labels_are_saved_compactly(skops_io):
    table = pd.DataFrame({"name": [f"person number {i % 20_000}" for i in range(40_000)]})
    profile, recipe = describe(table, columns={"name": {"step": "many_categories", "rare_category": 1}})
    preprocessor = build_preprocessor(recipe, None, profile, "native", 0).fit(table, np.zeros(40_000))
    assert len(skops_io.dumps(preprocessor)) < 6_000_000
