"""Free text: leading components of its TF-IDF terms."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from automl_flow.core.config import Config
from automl_flow.recipes.step import Analyzer, Encoding, Options, Step, StepSettings
from automl_flow.tasks.profile import ColumnProfile


class TextOptions(Config):
    """Components per column, and how texts are split (see ``StepSettings``)."""

    components: int = Field(default=20, ge=1, le=300)
    analyzer: Analyzer = "words"


def build(options: TextOptions, encoding: Encoding, seed: int) -> Any:
    """Components; scaled to unit variance where models need it."""
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    from automl_flow.recipes.transformers.text_components import TextComponents

    components = TextComponents(options.components, options.analyzer, seed)
    return make_pipeline(components, StandardScaler()) if encoding == "scaled" else components


def configure(column: ColumnProfile, settings: StepSettings) -> Options:  # noqa: ARG001 - one signature for all
    """Follow the settings."""
    return {"components": settings.text_components, "analyzer": settings.text_analyzer}


def describe(options: Mapping[str, Any]) -> str:
    """Describe the components."""
    return (
        f"{options['components']} components of {options.get('analyzer', 'words')}" if "components" in options else ""
    )


ENTRY = Step(
    about="Free text: the leading components of its words and pairs of words, weighted by TF-IDF.",
    kind="text",
    options=TextOptions,
    build=build,
    title="Text columns",
    roles=("text",),
    configure=configure,
    describe=describe,
    skops_types=("automl_flow.recipes.transformers.text_components.TextComponents",),
)
