from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.recipes import ENCODINGS, build_preprocessor
from automl_flow.serialization import skops
from tests.recipes.tables import binary_target, describe, mixed_table


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("target", ["classes", "values"])
def test_saved_preprocessors_come_back_with_the_types_that_steps_name(encoding, target):
    table, y = mixed_table(), binary_target()
    y = y if target == "classes" else y.astype(np.float64)
    profile, recipe = describe(table)
    preprocessor = build_preprocessor(recipe, None, profile, encoding, 0).fit(table, y)
    again = skops.read_preprocessor(skops.dump_preprocessor(preprocessor))
    expected, made = preprocessor.transform(table), again.transform(table)
    pd.testing.assert_frame_equal(pd.DataFrame(made), pd.DataFrame(expected))


def test_many_labels_are_saved_compactly():
    table = pd.DataFrame({"name": [f"person number {i % 20_000}" for i in range(40_000)]})
    profile, recipe = describe(table, columns={"name": {"step": "many_categories", "rare_category": 1}})
    preprocessor = build_preprocessor(recipe, None, profile, "native", 0).fit(table, np.zeros(40_000))
    assert len(skops.dump_preprocessor(preprocessor)) < 6_000_000
