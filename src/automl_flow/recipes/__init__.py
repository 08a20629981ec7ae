"""Recipes: the preprocessing of every column of a table.

A recipe is a document. :func:`propose_recipe` writes it from the table's profile, :func:`build_preprocessor` turns it
into an unfitted scikit-learn transformer, which each candidate fits inside its own folds. One step is one file.
"""

from __future__ import annotations

from automl_flow.recipes.config import ColumnConfig, RecipeConfig
from automl_flow.recipes.preprocessor import build_preprocessor
from automl_flow.recipes.propose import propose_recipe
from automl_flow.recipes.recipe import Recipe, RecipeStep
from automl_flow.recipes.step import ENCODINGS, STEPS, Encoding, Step

__all__ = [
    "ENCODINGS",
    "STEPS",
    "ColumnConfig",
    "Encoding",
    "Recipe",
    "RecipeConfig",
    "RecipeStep",
    "Step",
    "build_preprocessor",
    "propose_recipe",
]
