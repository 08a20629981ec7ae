"""Datasets for tables: raw files as people deliver them, accepted tables as parquet, results as CSV."""

from __future__ import annotations

import pandas as pd

from automl_flow.core.files import atomic_file
from automl_flow.datasets.base import LocalDataset, ReadOnlyDataset
from automl_flow.tasks.tables import read_table


class RawTableDataset(ReadOnlyDataset[pd.DataFrame]):
    """``RawTableDataset`` reads a table in any of the formats that :func:`automl_flow.tasks.tables.read_table` knows.

    Examples:
        Using the YAML API:

        ```yaml
        mortgage.raw:
          type: automl_flow.datasets.tables.RawTableDataset
          filepath: data/01_raw/mortgage.csv
        ```
    """

    def load(self) -> pd.DataFrame:
        """Return the table; a missing, empty or unreadable file is a ``DataError`` that names it."""
        return read_table(self.filepath)


class TableDataset(LocalDataset[pd.DataFrame]):
    """``TableDataset`` keeps a table as parquet, with the exact types of its columns.

    Rows are numbered from 0 when loaded: splits are positions, so no index is stored.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.table":
          type: automl_flow.datasets.tables.TableDataset
          filepath: data/02_intermediate/{task}/table.parquet
        ```

        Using the Python API:

        >>> import pandas as pd
        >>> from automl_flow.datasets.tables import TableDataset
        >>> table = pd.DataFrame({"age": [30, 41]})
        >>> dataset = TableDataset(filepath=str(tmp_path / "table.parquet"))
        >>> dataset.save(table)
        >>> assert dataset.load().equals(table)
    """

    def load(self) -> pd.DataFrame:
        """Return the table."""
        return pd.read_parquet(self._require())

    def save(self, data: pd.DataFrame) -> None:
        """Write *data* without its index."""
        with atomic_file(self.filepath) as temporary:
            data.to_parquet(temporary, index=False)


class FrameDataset(LocalDataset[pd.DataFrame]):
    """``FrameDataset`` keeps a small table as CSV, for people and for ``dvc plots``.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.leaderboard":
          type: automl_flow.datasets.tables.FrameDataset
          filepath: data/08_reporting/{task}/leaderboard.csv
          metadata: {dvc: plots}
        ```

        Using the Python API:

        >>> import pandas as pd
        >>> from automl_flow.datasets.tables import FrameDataset
        >>> dataset = FrameDataset(filepath=str(tmp_path / "leaderboard.csv"))
        >>> dataset.save(pd.DataFrame({"model": ["linear"], "score": [0.5]}))
        >>> assert list(dataset.load().columns) == ["model", "score"]
    """

    def load(self) -> pd.DataFrame:
        """Return the table."""
        return pd.read_csv(self._require())

    def save(self, data: pd.DataFrame) -> None:
        """Write *data* without its index, numbers in the shortest form that reads back as the same number."""
        with atomic_file(self.filepath) as temporary:
            data.to_csv(temporary, index=False, lineterminator="\n")
