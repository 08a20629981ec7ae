"""Search spaces: one per file, the file's stem is the name in YAML.

A file exports ``ENTRY``, a final subclass of :class:`automl_flow.nas.spaces.base.Space`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from automl_flow.core.config import parse_config
from automl_flow.core.errors import ConfigError
from automl_flow.core.registry import Registry
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Space

SPACES: Registry[type[Space]] = Registry("automl_flow.nas.spaces", "search space")

DEFAULT_SPACE = {"image": "macro", "sequence": "recurrent", "table": "tabular"}


def make_space(name: str, options: Mapping[str, Any] | None = None, *, source: str = "space_options") -> Space:
    """Build the search space called *name*.

    Args:
        name: Stem of a file in this package.
        options: Options of the space; ``None`` for its defaults.
        source: Where *options* come from, for error messages.

    Raises:
        ConfigError: There is no such space, or it has no such option.
    """
    cls = SPACES.get(name)
    return cls(parse_config(cls.Options, options, source))


def space_for(shape: DataShape, name: str = "auto", options: Mapping[str, Any] | None = None) -> Space:
    """Build the space *name* (``"auto"``: the default for this kind of data) and check that it fits *shape*.

    Raises:
        ConfigError: The space is for another kind of data.
    """
    space = make_space(DEFAULT_SPACE[shape.kind] if name == "auto" else name, options)
    if shape.kind not in space.kinds:
        fits = [n for n, cls in SPACES.available().items() if shape.kind in cls.kinds]
        raise ConfigError(
            f"space {name!r} is for {'/'.join(space.kinds)} data, these are {shape.kind} data; valid: {', '.join(fits)}"
        )
    return space
