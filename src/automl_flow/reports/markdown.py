"""Text from outside in a Markdown document: shown as it is written, neither interpreted nor loaded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from automl_flow.core.errors import shown

if TYPE_CHECKING:
    from markupsafe import Markup

_MAX_LETTERS = 2000  # letters; a sentence of ours has a tenth of that
_LOADED = re.compile(r"[\\\[\]|]")  # links, pictures, cells
_PLAIN = re.compile(r"(?! )[^`<>&\[\]|\\]+(?<! )")
_STYLED = re.compile(r"[`*_~$]")
_LEADING = re.compile(r"^\d*(?=[-+#=.):])")  # headings, lists and rules, where a line begins so
_ADDRESS = re.compile(r"(?<=\w)(?=://)|(?<=\bwww)(?=\.)", re.IGNORECASE)  # is a link without being said to be one


def sentence(value: object) -> Markup:
    """Return a sentence in which names of others may stand: on one line, no link, picture or tag is in it."""
    from markupsafe import Markup, escape

    text = _ADDRESS.sub(r"\\", _LOADED.sub(r"\\\g<0>", shown(value, _MAX_LETTERS)))
    return Markup(escape(_LEADING.sub(r"\g<0>\\", text)))  # noqa: S704 - escaped


def inline(value: object) -> Markup:
    """Return a name, a label or a value for a sentence or a table's cell: as :func:`sentence`, and without styles."""
    from markupsafe import Markup

    return Markup(_STYLED.sub(r"\\\g<0>", sentence(value)))  # noqa: S704 - backslashes make no tags


def code(value: object) -> Markup:
    """Return a name as a span of code, or as text where it holds what could end that, or what tags are made of."""
    from markupsafe import Markup

    text = shown(value)
    return Markup(f"`{text}`") if _PLAIN.fullmatch(text) else inline(value)  # noqa: S704 - without tags
