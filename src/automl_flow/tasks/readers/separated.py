"""Text with a separator: CSV and TSV."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path

import pandas as pd

from automl_flow.core.errors import DataError
from automl_flow.tasks.readers.reader import Reader
from automl_flow.tasks.tables import refuse_repeated


def read_separated(path: Path, separator: str) -> pd.DataFrame:
    """Read cells under the names of the header; pandas would shift them where a row is longer than the header."""
    header = pd.read_csv(path, sep=separator, header=None, nrows=1, dtype=str, keep_default_na=False, index_col=False)
    names = [name for name in header.iloc[0] if name]
    if any("\0" in name for name in names):
        raise DataError(f"{path}: names of columns hold zero bytes: it is UTF-16, or damaged; save it as UTF-8")
    refuse_repeated(names, str(path))
    with warnings.catch_warnings():
        warnings.simplefilter("error", pd.errors.ParserWarning)
        try:
            return pd.read_csv(path, sep=separator, index_col=False)
        except pd.errors.ParserWarning:
            raise DataError(
                f"{path}: rows have more fields than the header has names ({header.shape[1]}), so that it is not known "
                "which name belongs to which; add the name that is missing (of the row's number, in files that R "
                "writes), or take out what is too much"
            ) from None


ENTRIES = {
    "csv": Reader("Text, separated by commas", (".csv",), partial(read_separated, separator=",")),
    "tsv": Reader("Text, separated by tabs", (".tsv",), partial(read_separated, separator="\t")),
}
