"""The version of the code that runs, to the letter."""

from __future__ import annotations

import hashlib
import importlib.util
from functools import cache
from pathlib import Path

from automl_flow.core.registry import EXTENSIONS

_PACKAGE = Path(__file__).parents[1]


@cache
def code_fingerprint(root: Path | None = None) -> str:
    """SHA-256 of all Python files of this package and of extensions: what an older state must not be mixed with.

    Args:
        root: Only files below this folder.
    """
    digest = hashlib.sha256()
    for folder in [root] if root else [_PACKAGE, *_extensions()]:
        for file in sorted(folder.rglob("*.py")):
            digest.update(file.relative_to(folder).as_posix().encode())
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _extensions() -> list[Path]:
    """Folders that hold the users' own entries."""
    spec = importlib.util.find_spec(EXTENSIONS)
    return [] if spec is None else [Path(folder) for folder in spec.submodule_search_locations or ()]
