from __future__ import annotations

import json

import pytest

from automl_flow.core.errors import ConfigError
from automl_flow.recipes import Recipe, RecipeStep
from tests.recipes.tables import describe, mixed_table


def test_document_survives_json():
    recipe = describe(mixed_table())[1]
    assert Recipe.from_document(json.loads(json.dumps(recipe.to_document()))) == recipe


@pytest.mark.parametrize("document", [{}, {"steps": [{"name": "numbers"}]}, {"steps": 3}])
def test_other_documents_are_refused(document):
    with pytest.raises(ConfigError, match="not a recipe document"):
        Recipe.from_document(document)


def test_description_has_a_line_per_step():
    recipe = describe(mixed_table())[1]
    lines = recipe.describe()
    assert len(lines) == len(recipe.steps)
    assert any(line.startswith("drop: key_id") and "identifier" in line for line in lines)


def test_long_steps_are_described_shortly():
    step = RecipeStep("numbers", tuple(f"x{i}" for i in range(1500)))
    assert Recipe((step,)).describe() == ["numbers: x0, x1, x2, x3, x4, x5 and 1494 more"]
