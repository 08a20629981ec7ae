from __future__ import annotations

import json

import pytest

from automl_flow.core.errors import ArtifactError
from automl_flow.recipes import Recipe, RecipeStep
from tests.recipes.tables import describe, mixed_table


def test_document_survives_json():
    recipe = describe(mixed_table())[1]
    assert Recipe.from_document(json.loads(json.dumps(recipe.to_document()))) == recipe


@pytest.mark.parametrize("document", [{}, {"steps": [{"name": "numbers"}]}, {"steps": 3}])
def test_other_documents_are_refused(document):
    with pytest.raises(ArtifactError, match=r"Recipe\.steps"):
        Recipe.from_document(document)


def test_description_has_a_line_per_step():
    recipe = describe(mixed_table())[1]
    lines = recipe.describe()
    assert len(lines) == len(recipe.steps)
    assert any(line.startswith("Columns that are not used: key_id") and "identifier" in line for line in lines)


@pytest.mark.parametrize(
    ("name", "options", "text"),
    [
        ("categories", {"rare": 5}, "Categorical columns: a – levels with fewer than 5 rows are merged"),
        (
            "numbers",
            {"impute": "auto", "flags": True, "scale": "clip"},
            "Numeric columns: a – for models other than trees missing values imputed and flagged, outliers clipped",
        ),
        (
            "numbers",
            {"impute": "median", "flags": False, "scale": "standard"},
            "Numeric columns: a – missing values imputed (median); for models other than trees scaled (standard)",
        ),
        ("flags", {"impute": "zero", "flags": True}, "Boolean columns: a – missing values imputed (zero) and flagged"),
        ("texts", {"components": 20, "analyzer": "words"}, "Text columns: a – 20 components of words"),
        ("drop", {"reason": "constant"}, "Columns that are not used: a – because of: constant"),
        ("of_mine", {"power": 2}, "of_mine: a – power: 2"),
        ("dates", {}, "Date columns: a"),
    ],
)
def test_options_are_told_in_words(name, options, text):
    assert Recipe((RecipeStep(name, ("a",), options),)).describe() == [text]


def test_long_steps_are_described_shortly():
    step = RecipeStep("numbers", tuple(f"x{i}" for i in range(1500)))
    assert Recipe((step,)).describe() == ["Numeric columns: x0, x1, x2, x3, x4, x5 and 1494 more"]
