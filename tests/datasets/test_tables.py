import pandas as pd
import pytest
from kedro.io import DatasetError

from automl_flow.datasets.tables import FrameDataset, RawTableDataset, TableDataset


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "number": [1.5, None, 3.0],
            "text": ["a", None, "ü"],
            "flag": [True, False, True],
            "day": pd.to_datetime(["2024-01-01", "2024-01-02", None]),
            "kind": pd.Categorical(["x", "y", "x"]),
        }
    )


def test_a_table_comes_back_with_its_types(table, tmp_path):
    dataset = TableDataset(filepath=str(tmp_path / "deep" / "table.parquet"))
    dataset.save(table)
    pd.testing.assert_frame_equal(dataset.load(), table)


def test_the_index_of_a_table_is_not_kept(table, tmp_path):
    dataset = TableDataset(filepath=str(tmp_path / "table.parquet"))
    dataset.save(table.iloc[[2, 0]])
    assert list(dataset.load().index) == [0, 1]


@pytest.mark.parametrize(("kind", "suffix"), [(TableDataset, "parquet"), (FrameDataset, "csv")])
def test_equal_tables_are_equal_bytes(kind, suffix, table, tmp_path):
    for name in "ab":
        kind(filepath=str(tmp_path / f"{name}.{suffix}")).save(table.copy())
    assert (tmp_path / f"a.{suffix}").read_bytes() == (tmp_path / f"b.{suffix}").read_bytes()


def test_numbers_in_a_csv_read_back_as_the_same_numbers(tmp_path):
    numbers = pd.DataFrame({"score": [0.1 + 0.2, 1 / 3, 1e-300, 12345678901234567]})
    dataset = FrameDataset(filepath=str(tmp_path / "numbers.csv"))
    dataset.save(numbers)
    assert dataset.load()["score"].tolist() == numbers["score"].tolist()


def test_a_save_that_fails_leaves_the_old_file(table, tmp_path):
    dataset = TableDataset(filepath=str(tmp_path / "table.parquet"))
    dataset.save(table)
    unsavable = pd.DataFrame({"mixed": [1, {"a": object()}, object()]})
    with pytest.raises(DatasetError):
        dataset.save(unsavable)
    pd.testing.assert_frame_equal(dataset.load(), table)
    assert [path.name for path in tmp_path.iterdir()] == ["table.parquet"]


def test_a_raw_file_is_never_written(table, tmp_path):
    dataset = RawTableDataset(filepath=str(tmp_path / "raw.csv"))
    with pytest.raises(DatasetError, match="never written"):
        dataset.save(table)
    assert not (tmp_path / "raw.csv").exists()


def test_a_missing_table_says_what_to_do(tmp_path):
    with pytest.raises(DatasetError, match="run the stage that makes it first"):
        TableDataset(filepath=str(tmp_path / "table.parquet")).load()
