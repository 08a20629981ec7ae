from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.core.config import parse_config
from automl_flow.core.errors import ConfigError, DataError, DependencyError
from automl_flow.tasks.arrays import load_arrays, select_arrays
from automl_flow.tasks.readers import READERS, Reader, read_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.tables import features, named_columns, require_columns, time_of

IMAGES = TaskSpec(problem="multiclass", modality="image", target="y")
TABLE = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


@pytest.mark.parametrize("name", ["t.csv", "t.tsv", "t.parquet", "t.jsonl"])
def test_every_format_gives_the_table_back(tmp_path, name):
    path = tmp_path / name
    {
        "csv": lambda: TABLE.to_csv(path, index=False),
        "tsv": lambda: TABLE.to_csv(path, index=False, sep="\t"),
        "parquet": lambda: TABLE.to_parquet(path),
        "jsonl": lambda: TABLE.to_json(path, orient="records", lines=True),
    }[name.split(".")[1]]()
    pd.testing.assert_frame_equal(read_table(path), TABLE)


def test_a_missing_file_is_met_with_the_nearest(tmp_path):
    (tmp_path / "mortgage.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match=r"given in x.yml.* no such file; did you mean 'mortgage.csv'"):
        read_table(tmp_path / "mortage.csv", "x.yml")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", b"", "cannot be read as csv"),
        ("a.csv", b"x,y\n", "0 rows and 2 columns"),
        ("a.csv", b"x,y\n1,2\n3,4,5\n", "cannot be read as csv"),
        ("a.csv", b"\xff\xfe\x00x", "cannot be read as csv"),
        ("a.parquet", b"no parquet", "cannot be read as parquet"),
        ("a.xls", b"", "cannot read '.xls' files"),
    ],
)
def test_an_unreadable_file_is_explained(tmp_path, name, content, message):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        read_table(tmp_path / name)


def test_repeated_columns_are_refused(tmp_path):
    pd.DataFrame([[1, 2]], columns=["a", "a"]).to_json(tmp_path / "x.jsonl", orient="values")
    from automl_flow.tasks.tables import check_columns

    with pytest.raises(DataError, match="duplicate column names: a"):
        check_columns(pd.DataFrame([[1, 2]], columns=["a", "a"]), "x")


def test_a_column_that_a_task_names_must_exist():
    task = TaskSpec(problem="binary", target="bb", sensitive=["a"])
    with pytest.raises(DataError, match=r"x.yml: t.task.target: the table has no column 'bb'; did you mean 'b'"):
        require_columns(TABLE, named_columns(task), "x.yml: t.task")


def test_target_and_weight_are_no_features():
    task = TaskSpec(problem="binary", target="b", weight="a")
    assert features(TABLE.assign(c=1), task).columns.tolist() == ["c"]


def save(path, **arrays):
    np.savez(path, **arrays)
    return path


def test_grey_images_gain_a_channel(tmp_path):
    file = save(tmp_path / "a.npz", x=np.zeros((4, 8, 8)), y=np.arange(4))
    data = select_arrays(load_arrays(file), IMAGES, str(file))
    assert data.x.shape == (4, 8, 8, 1)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"x": np.zeros((4, 8, 8))}, "has no array 'y'"),
        ({"x": np.zeros((4, 8, 8)), "y": np.zeros(3)}, "x has 4 samples and the target has 3"),
        ({"x": np.zeros((4, 8)), "y": np.zeros(4)}, r"must have the shape \(n, height, width"),
        ({"x": np.zeros((0, 8, 8)), "y": np.zeros(0)}, "x is empty"),
        ({"x": np.array([["a"]]), "y": np.zeros(1)}, "image data must have the shape"),
        ({"x": np.array([{}], dtype=object), "y": np.zeros(1)}, "cannot be read as an NPZ file of plain arrays"),
    ],
)
def test_unusable_arrays_are_explained(tmp_path, arrays, message):
    with pytest.raises(DataError, match=message):
        select_arrays(load_arrays(save(tmp_path / "a.npz", **arrays)), IMAGES, "a.npz")


def test_a_damaged_npz_is_explained(tmp_path):
    (tmp_path / "a.npz").write_bytes(b"PK\x03\x04nonsense")
    with pytest.raises(DataError, match="cannot be read as an NPZ file"):
        load_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"problem": "binary", "metric": "rmse"}, "metric must suit a binary problem"),
        ({"problem": "regression", "positive": 1}, "positive applies to binary problems"),
        (
            {"problem": "multiclass", "favourable": "a"},
            "favourable applies to binary problems only, this one is multiclass",
        ),
        ({"problem": "regression", "roles": {"a": "number"}}, "roles.a"),
        ({"problem": "regression", "monotone": {"a": 2}}, "monotone.a"),
        (
            {"problem": "multiclass", "monotone": {"a": 1}},
            "monotone applies only to tables with a regression or binary",
        ),
        (
            {"problem": "regression", "monotone": {"a": 1}, "metric": "pinball_0.5"},
            "monotone cannot be combined with a quantile",
        ),
    ],
)
def test_a_task_that_contradicts_itself_is_refused(values, message):
    with pytest.raises(ConfigError, match=message):
        parse_config(TaskSpec, values, "x.yml: t.task")


@pytest.mark.parametrize(
    ("problem", "modality", "metric"),
    [
        ("binary", "tabular", "roc_auc"),
        ("multiclass", "tabular", "log_loss"),
        ("regression", "tabular", "rmse"),
        ("multiclass", "image", "accuracy"),
        ("regression", "image", "rmse"),
    ],
)
def test_the_default_metric_suits_problem_and_modality(problem, modality, metric):
    assert TaskSpec(problem=problem, modality=modality).metric_name == metric


TIMED = TaskSpec(name="t", problem="regression", time="when")


@pytest.mark.parametrize(
    "values",
    [
        [2.5, 1, 10],
        ["2", "1", "10"],
        ["2024-02-01", "2024-01-15", "2024-10-03"],
        ["1/2/2024", "15/1/2024", "3/10/2024"],
        ["2024-02-01 08:00+01:00", "2024-02-01 08:30+02:00", "2025-01-01 00:00+00:00"],
        pd.to_datetime(["2024-02-01", "2024-01-15", "2024-10-03"]).tz_localize("Europe/Berlin"),
    ],
    ids=["numbers", "numbers in text", "ISO dates", "day first", "time zones", "zoned times"],
)
def test_rows_are_ordered_by_time_however_it_is_written(values):
    table = pd.DataFrame({"when": values})
    assert np.argsort(time_of(table, TIMED)).tolist() == [1, 0, 2]


def test_a_row_without_a_time_is_named():
    with pytest.raises(DataError, match=r"t\.time: column 'when' .* 'nan' in row 1 is not a timestamp \(1 such rows\)"):
        time_of(pd.DataFrame({"when": [1.0, np.nan]}), TIMED)


def test_every_reader_says_what_it_reads():
    for reader in READERS.entries().values():
        assert reader.about
        assert reader.suffixes
        assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in reader.suffixes)


def test_a_reader_whose_library_is_missing_says_so(tmp_path, monkeypatch):
    monkeypatch.setitem(
        READERS._entries, "workbook", Reader("Mine", (".mine",), pd.read_csv, ("surely_not_installed",))
    )
    (tmp_path / "t.mine").write_text("a\n1\n")
    with pytest.raises(DependencyError, match=r"reader of tables 'workbook' is unavailable: .*surely_not_installed"):
        read_table(tmp_path / "t.mine")


def test_two_readers_of_one_suffix_are_named(tmp_path, monkeypatch):
    monkeypatch.setitem(READERS._entries, "mine", Reader("Mine", (".csv",), pd.read_csv))
    with pytest.raises(ConfigError, match=r"the readers 'csv' and 'mine' both read '\.csv' files"):
        read_table(tmp_path / "t.csv")
