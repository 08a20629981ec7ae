"""The version of the code that runs, to the letter."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


@cache
def code_fingerprint(root: Path = _PACKAGE) -> str:
    """SHA-256 of all Python files of this package (below *root*): what an older state must not be mixed with."""
    digest = hashlib.sha256()
    for file in sorted(root.rglob("*.py")):
        digest.update(file.relative_to(root).as_posix().encode())
        digest.update(file.read_bytes())
    return digest.hexdigest()
