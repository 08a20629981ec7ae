"""Python modules: a fingerprint of all code, and imports that leave optional modules out."""

from __future__ import annotations

import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from automl_flow.core.registry import EXTENSIONS

_PACKAGE = Path(__file__).parents[1]


@cache
def code_fingerprint(root: Path | None = None) -> str:
    """Return the SHA-256 of all Python files of this package and of extensions.

    A search only resumes with the code that started it.

    Args:
        root: Hash only the files below this folder.
    """
    digest = hashlib.sha256()
    for folder in [root] if root else [_PACKAGE, *_extensions()]:
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _extensions() -> list[Path]:
    """Folders of users' extensions."""
    spec = importlib.util.find_spec(EXTENSIONS)
    return [] if spec is None else [Path(folder) for folder in spec.submodule_search_locations or ()]


@contextmanager
def hidden(name: str) -> Iterator[None]:
    """Make ``import name`` fail inside the block, unless the module is already imported."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment] # the import system takes None for "absent"
    try:
        yield
    finally:
        del sys.modules[name]
