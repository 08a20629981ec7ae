"""Free text: leading components of its TF-IDF terms."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from automl_flow.core.config import Config
from automl_flow.recipes.config import Analyzer
from automl_flow.recipes.step import Encoding, Step


class TextOptions(Config):
    """Components per column, and how texts are taken apart (see ``RecipeConfig``)."""

    components: int = Field(default=20, ge=1, le=300)
    analyzer: Analyzer = "words"


def build(options: TextOptions, encoding: Encoding, seed: int) -> Any:
    """Components; scaled to unit variance where models need it."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from automl_flow.recipes.transformers.text_components import TextComponents

    components = TextComponents(options.components, options.analyzer, seed)
    return make_pipeline(components, StandardScaler()) if encoding == "scaled" else components


ENTRY = Step(
    about="Free text: the leading components of its words and pairs of words, weighted by TF-IDF.",
    kind="text",
    options=TextOptions,
    build=build,
)
