"""Datasets for tables: raw files, accepted tables as Parquet, results as CSV."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from automl_flow.core.files import atomic_file
from automl_flow.datasets.base import LocalDataset, ReadOnlyDataset
from automl_flow.tasks.readers import read_table


class RawTableDataset(ReadOnlyDataset[pd.DataFrame]):
    """``RawTableDataset`` reads a table in any format that has a reader (:mod:`automl_flow.tasks.readers`).

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
    """``TableDataset`` keeps a table as parquet, with exact column types.

    No index is stored, because splits are positions; loaded rows are numbered from 0.

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

    Spreadsheets would run text that looks like a formula, so it gets a leading apostrophe, removed on load.

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
        return _for_texts(pd.read_csv(self._require()), lambda text: _DISARMED.sub(r"\1", text))

    def save(self, data: pd.DataFrame) -> None:
        """Write *data* without its index, numbers in the shortest form that round-trips."""
        _write_csv(self.filepath, _for_texts(data, lambda text: _FORMULA.sub(r"'\g<0>", text)))


class PredictionsDataset(LocalDataset[pd.DataFrame]):
    """``PredictionsDataset`` keeps predictions as CSV, for programs: labels are written verbatim.

    A spreadsheet takes a label that looks like a formula for one; see ``docs/security.md``.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.predictions":
          type: automl_flow.datasets.tables.PredictionsDataset
          filepath: data/07_model_output/{task}/predictions.csv
        ```
    """

    def load(self) -> pd.DataFrame:
        """Return the predictions."""
        return pd.read_csv(self._require())

    def save(self, data: pd.DataFrame) -> None:
        """Write *data* like :class:`FrameDataset`, with text unchanged."""
        _write_csv(self.filepath, data)


# What spreadsheets take for a formula and is not a number: https://owasp.org/www-community/attacks/CSV_Injection
_FORMULA = re.compile(r"\A'*[=+\-@\t\r\n＝＋－＠](?![\d.,]*\Z)")
_DISARMED = re.compile(r"\A'('*[=+\-@\t\r\n＝＋－＠])(?![\d.,]*\Z)")


def _for_texts(table: pd.DataFrame, change: Callable[[str], str]) -> pd.DataFrame:
    """The table with *change* applied to every text, column names included."""
    changed = table.rename(columns=lambda name: change(name) if isinstance(name, str) else name)
    for position in range(changed.shape[1]):
        cells = changed.iloc[:, position].tolist()
        new = [change(cell) if isinstance(cell, str) else cell for cell in cells]
        if new != cells:
            changed.isetitem(position, np.asarray(new, dtype=object))
    return changed


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    texts = [*table.columns, *(cell for _, column in table.items() if not _is_number(column) for cell in column)]
    returns = any(
        "\r" in text for text in texts if isinstance(text, str)
    )  # readers end a line there, but csv quotes only for "\n"
    with atomic_file(path) as temporary:
        quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if returns else csv.QUOTE_MINIMAL
        table.to_csv(temporary, index=False, lineterminator="\n", quoting=quoting)


def _is_number(column: pd.Series[Any]) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype)
