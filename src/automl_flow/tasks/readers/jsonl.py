"""JSON lines: an object of cells on every line."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from automl_flow.core.errors import DataError
from automl_flow.tasks.readers.reader import Reader


def read(path: Path) -> pd.DataFrame:
    """Read an object from every line; anything else would be spread over columns of its own."""
    with path.open("rb") as lines:
        odd = next((n for n, line in enumerate(lines, 1) if line.strip()[:1] not in {b"", b"{"}), None)
    if odd:
        raise DataError(f"{path}: line {odd} is not an object ({{...}}), so that its cells have no names")
    return pd.read_json(path, lines=True, dtype=False)  # JSON says what is a text


ENTRY = Reader("JSON lines", (".jsonl",), read)
