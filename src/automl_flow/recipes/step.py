"""What a preprocessing step is, and the registry of the steps in this package."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from automl_flow.core.config import Config, parse_config
from automl_flow.core.registry import Registry

Encoding = Literal["scaled", "ordinal", "native"]
ENCODINGS: tuple[Encoding, ...] = ("scaled", "ordinal", "native")

# The type that a column has when it reaches a step: float64 (NaN where missing), pandas category of text labels,
# rank in a given order (float64), datetime64, or text ("" where missing).
Kind = Literal["number", "label", "rank", "date", "text"]


@dataclass(frozen=True)
class Step:
    """One preprocessing step.

    Attributes:
        about: What it does, in one sentence.
        kind: Type that its columns are given before they reach it; ``None`` for a step that drops its columns.
        options: Model of its options.
        build: ``build(options, encoding, seed)`` returns an unfitted transformer, which takes a DataFrame of columns
            of *kind*; ``None`` drops the columns.
    """

    about: str
    kind: Kind | None
    options: type[Config]
    build: Callable[[Any, Encoding, int], Any | None]

    def transformer(self, options: dict[str, Any], encoding: Encoding, seed: int, source: str) -> Any | None:
        """Check *options* and build the transformer.

        Raises:
            ConfigError: An option is unknown or has a value that is not allowed; *source* is named.
        """
        return self.build(parse_config(self.options, options, source), encoding, seed)


STEPS: Registry[Step] = Registry("automl_flow.recipes", "preprocessing step")
