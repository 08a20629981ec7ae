"""Tables that are damaged or made to mislead: never a value under another name, never a library's own exception."""

import gzip
import warnings
from datetime import date, time, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from automl_flow.checks import run_checks
from automl_flow.core.errors import DataError
from automl_flow.expectations.config import ValidationConfig
from automl_flow.expectations.gate import validate_table
from automl_flow.recipes.transformers.conversion import (
    guess_date_format,
    to_dates,
    to_label_codes,
    to_number_block,
    to_numbers,
    to_text,
)
from automl_flow.tasks.columns import as_rows
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.readers import read_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.tables import check_columns, require_columns


def parquet(metadata=None, **columns):
    """Bytes of a Parquet file, with pandas' description of it if given."""
    table = pa.table(columns or {"a": [1, 2]})
    if metadata is not None:
        table = table.replace_schema_metadata({"pandas": metadata})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink)
    return sink.getvalue().to_pybytes()


REFUSED = {
    "a field more in every row": ("a.csv", b"a,b\n1,2,3\n4,5,6\n", "more fields than the header has names .2."),
    "a field more in the first row": ("a.csv", b"a,b\n1,2,3\n4,5\n", "more fields than the header"),
    "a field more in a later row": ("a.csv", b"a,b\n1,2\n4,5,6\n", "Expected 2 fields in line 3, saw 3"),
    "two fields more": ("a.tsv", b"a\tb\n1\t2\t3\t4\n", "more fields than the header"),
    "names of rows, as R writes them": ("a.csv", b'"a","b"\n"1",2,3\n"2",4,5\n', "in files that R writes"),
    "a name twice": ("a.csv", b"a,b,a\n1,2,3\n", "duplicate column names: a"),
    "a name twice, quoted": ("a.csv", b'a,"a"\n1,2\n', "duplicate column names: a"),
    "a name that obeys": ("a.csv", b"\x1b[31m,\x1b[31m\n1,2\n", r"column names: \\x1b\[31m"),
    "nothing": ("a.csv", b"", "cannot be read as csv: "),
    "line breaks": ("a.csv", b"\n\n\n", "cannot be read as csv: "),
    "gzip": ("a.csv", gzip.compress(b"a\n1\n"), "cannot be read as csv: .*compressed: unpack it"),
    "a workbook": ("a.csv", b"PK\x03\x04" + bytes(range(128, 200)), "archive or a workbook: save it as CSV"),
    "Latin-1": ("a.csv", "a\nä\n".encode("latin-1"), "not UTF-8: save it so"),
    "UTF-16": ("a.csv", "a,b\n1,2\n".encode("utf-16"), "cannot be read as csv: "),
    "UTF-16 without a mark": ("a.csv", "a,b\n1,2\n".encode("utf-16-le"), "zero bytes: it is UTF-16"),
    "bytes": ("a.csv", bytes(range(255, 0, -1)), "cannot be read as csv: "),
    "an open quote": ("a.csv", b'a,b\n"x,1\n', "cannot be read as csv: "),
    "no Parquet": ("a.parquet", b"PAR1" + b"\0" * 100 + b"PAR1", "cannot be read as parquet: "),
    "half a Parquet": ("a.parquet", parquet()[:200], "cannot be read as parquet: "),
    "an index that is not there": ("a.parquet", parquet(b'{"index_columns": ["nope"], "columns": []}'), "as parquet: "),
    "columns of no list": ("a.parquet", parquet(b'{"index_columns": 5, "columns": 5}'), "cannot be read as parquet: "),
    "metadata that is no JSON": ("a.parquet", parquet(b"{"), "cannot be read as parquet: "),
    "a table that unfolds": ("a.parquet", parquet(a=pa.array(np.zeros(40_000_000, "int8"))), "which no real data"),
    "kinds that do not fit": ("a.jsonl", b'{"a": 1}\n5\n', "line 2 is not an object"),
    "lists": ("a.jsonl", b'[1]\n{"a": 1}\n', "line 1 is not an object"),
    "half a line": ("a.jsonl", b'{"a": 1}\n{"a": ', "cannot be read as jsonl: "),
    "a number of 5,000 digits": ("a.jsonl", b'{"a": ' + b"9" * 5000 + b"}\n", "cannot be read as jsonl: "),
    "nesting without end": ("a.jsonl", b'{"a": ' + b"[" * 5000 + b"]" * 5000 + b"}\n", "cannot be read as jsonl: "),
}  # fmt: skip


@pytest.mark.parametrize(("name", "content", "message"), REFUSED.values(), ids=REFUSED)
def test_a_table_that_cannot_be_what_was_meant_is_refused_with_its_path(name, content, message, tmp_path):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=rf"{name}: .*{message}"):
        read_table(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "columns"),
    [
        ("a.csv", b"a,b\n1,2,\n3,4,\n", {"a": [1, 3], "b": [2, 4]}),
        ("a.csv", b"\xef\xbb\xbfa,b\n1,2\n", {"a": [1], "b": [2]}),
        ("a.csv", b"a,b\r\n1,2\r\n", {"a": [1], "b": [2]}),
        ("a.csv", b'a,b\n"x\ny",2\n', {"a": ["x\ny"], "b": [2]}),
        ("a.csv", b"b,a\n1,2\n", {"b": [1], "a": [2]}),
        ("A.CSV", b"a\n1\n", {"a": [1]}),
    ],
)
def test_cells_stay_under_their_names(name, content, columns, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert read_table(tmp_path / name).to_dict("list") == columns


def test_the_named_index_of_a_parquet_file_is_a_column(tmp_path):
    frame = pd.DataFrame({"v": [1, 2]}, index=pd.Index(["x", "y"], name="day"))
    frame.to_parquet(tmp_path / "a.parquet")
    assert read_table(tmp_path / "a.parquet").to_dict("list") == {"day": ["x", "y"], "v": [1, 2]}


class _Mute:
    def __str__(self):
        raise RuntimeError("no word")


def test_a_folder_is_told_from_a_file_that_is_missing(tmp_path):
    (tmp_path / "a.parquet").mkdir()
    with pytest.raises(DataError, match="is a folder; name a file in it"):
        read_table(tmp_path / "a.parquet")


def test_a_name_that_no_file_can_have_is_an_error_of_ours(tmp_path):
    with pytest.raises(DataError, match="no file has a name of 304 letters"):
        read_table(tmp_path / f"{'x' * 300}.csv")


def test_texts_of_json_stay_texts(tmp_path):
    (tmp_path / "a.jsonl").write_text('{"zip": "007", "date": 1500000000000}\n')
    assert read_table(tmp_path / "a.jsonl").iloc[0].tolist() == ["007", 1500000000000]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_another_separator_is_named_where_a_column_is_missing(mark, tmp_path):
    (tmp_path / "a.csv").write_text(f"a{mark}b\n1{mark}2\n")
    with pytest.raises(DataError, match=r"cells seem to be separated by .*: save the file with commas"):
        require_columns(read_table(tmp_path / "a.csv"), {"b": "target"}, "task")


CELLS = {
    "10**400": 10**400,
    "10**5000": 10**5000,
    "a signalling NaN": Decimal("sNaN"),
    "a decimal NaN": Decimal("NaN"),
    "a decimal infinity": Decimal("-Infinity"),
    "a huge decimal": Decimal("1e999999"),
    "a tiny decimal": Decimal("1e-999999"),
    "half a pair": "\ud800",
    "many halves": "x\udc80" * 50,
    "bytes": b"\xff",
    "no word": _Mute(),
    "complex": 1 + 2j,
    "a list": [1],
    "an array": np.array([1, 2]),
    "a set": {1},
    "the first day": date(1, 1, 1),
    "a long time": timedelta(days=999_999_999),
    "a time of day": time(1),
    "a fraction": Fraction(1, 3),
    "a type": int,
    "5,000 digits": "9" * 5000,
    "a zero byte": "\0",
    "minus infinity": -np.inf,
}

READERS = {
    "numbers": to_numbers,
    "labels": to_label_codes,
    "text": to_text,
    "date format": guess_date_format,
    "dates": lambda column: to_dates(column, "mixed"),
    "dates in a format": lambda column: to_dates(column, "%Y-%m-%d"),
    "seconds since 1970": lambda column: to_dates(column, "unit:s"),
    "known dates": lambda column: to_dates(column, ""),
    "block": lambda column: to_number_block(column.to_frame("a")),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_no_cell_can_make_reading_a_column_fail(cell, read):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas' on dates of several formats
        for column in ([cell], [cell, 1, "x"], [cell, 1.5, None], [cell, date(2020, 1, 1)]):
            read(pd.Series(column, dtype=object))


ARROW = {
    "lists": (pa.list_(pa.int64()), [[1], None]),
    "structs": (pa.struct([("a", pa.int64())]), [{"a": 1}, None]),
    "bytes": (pa.binary(), [b"\xff", None]),
    "dates": (pa.date32(), [date(2020, 1, 1), None]),
    "far dates": (pa.date32(), [date(1, 1, 1), date(9999, 1, 1)]),
    "times": (pa.time64("us"), [time(1), None]),
    "durations": (pa.duration("s"), [timedelta(1), None]),
    "nothing": (pa.null(), [None, None]),
}


@pytest.mark.parametrize("read", READERS.values(), ids=READERS)
@pytest.mark.parametrize(("kind", "values"), ARROW.values(), ids=ARROW)
def test_no_type_of_arrow_can_make_reading_a_column_fail(kind, values, read):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        read(pd.Series(values, dtype=pd.ArrowDtype(kind)))


def test_a_date_of_arrow_is_that_date():
    column = pd.Series([date(2020, 1, 1), None], dtype=pd.ArrowDtype(pa.date32()))
    assert to_dates(column, guess_date_format(column)).tolist() == [pd.Timestamp("2020-01-01").to_pydatetime(), None]


@pytest.mark.parametrize("dtype", ["int64", "Int64", "object", "category"])
def test_identifiers_beyond_the_precision_of_a_float_stay_apart(dtype):
    codes, labels = to_label_codes(pd.Series([2**60 + 1, 2**60 + 2, 2**60 + 1]).astype(dtype))
    assert [labels[code] for code in codes] == [str(2**60 + 1), str(2**60 + 2), str(2**60 + 1)]


def test_a_label_can_be_stored_whatever_it_was():
    _, labels = to_label_codes(pd.Series(["\ud800x", "ä", 10**5000], dtype=object))
    assert [label.encode().decode() for label in labels[:2]] == ["?x", "ä"]


TASK = TaskSpec(name="t", target="y", problem="binary")


def table_with(columns):
    """Sixty rows with odd columns, a plain one, and a target."""
    return pd.DataFrame({**columns, "plain": np.arange(60.0), "y": [0, 1] * 30})


def odd_columns():
    """Every odd cell in three columns: alone, among others, and once among numbers; and every type of Arrow."""
    kinds = {
        "alone": lambda cell: [cell] * 60,
        "mixed": lambda cell: [cell, 1, "x", None] * 15,
        "once": lambda cell: [cell, *range(59)],
    }
    odd = {
        f"{name} {kind}": pd.Series(make(cell), dtype=object)
        for name, cell in CELLS.items()
        for kind, make in kinds.items()
    }
    return odd | {name: pd.Series(values * 30, dtype=pd.ArrowDtype(kind)) for name, (kind, values) in ARROW.items()}


def test_profile_and_checks_look_at_any_table():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, column in odd_columns().items():
            table = check_columns(table_with({name: column}), "table")
            assert run_checks(table, TASK, profile_table(table, TASK)) is not None


def test_the_gate_looks_at_any_table():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = validate_table(table_with(odd_columns()), TASK, ValidationConfig(accept=["target_copy"]))
    assert found.findings["rows"] == {"read": 60, "accepted": 60, "dropped": 0}


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_rows_that_come_later_are_read_as_the_training_was(cell):
    column = pd.Series([cell, "x"], dtype=object)
    before, after = (to_label_codes(as_rows(pd.DataFrame({"a": side}))[0]["a"]) for side in (column, column.iloc[:1]))
    first = [before[1][code] if code >= 0 else None for code in before[0][:1]]
    assert [after[1][code] if code >= 0 else None for code in after[0]] == first


def test_a_table_without_odd_cells_is_left_as_it_is():
    table = table_with({"a": pd.Series(["x", "ä", None] * 20, dtype=object)})
    assert as_rows(table)[0]["a"].tolist() == table["a"].tolist()
    assert check_columns(table, "table").dtypes.equals(table.dtypes)
