"""Parquet."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from automl_flow.core.files import refuse_expansion
from automl_flow.tasks.readers.reader import Reader

_CELL_BYTES = 8  # of a number, and of the address of a text


def read(path: Path) -> pd.DataFrame:
    """Read a table; what pandas keeps as the names of its rows becomes columns, where it has a name."""
    import pyarrow.parquet as pq

    metadata = pq.read_metadata(path)
    refuse_expansion(path, metadata.num_rows * metadata.num_columns * _CELL_BYTES)
    table = pd.read_parquet(path)
    named = [name for name in table.index.names if name is not None]
    return table.reset_index(level=named) if named else table


ENTRY = Reader("Parquet", (".parquet",), read)
