"""Rows of a task in a folder: what comes back is what was saved."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from kedro.io import DatasetError

from automl_flow.datasets.subsets import SubsetDataset
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.subsets import Subset, all_rows
from automl_flow.tasks.target import Target

TABLE = pd.DataFrame(
    {
        "flag": pd.Series([True, None, False], dtype=object),
        "kind": pd.Categorical(["a", "b", "a"], categories=["c", "b", "a"], ordered=True),
        "name": ["x", None, "y"],
        "count": pd.array([1, None, 3], dtype="Int64"),
        "when": pd.to_datetime(["2020-01-01", None, "2020-03-03"]),
        "y": ["yes", "no", "yes"],
        "w": [1.0, 2.0, 3.0],
    }
)
TASK = TaskSpec(target="y", weight="w", problem="binary")


def there_and_back(subset, tmp_path):
    dataset = SubsetDataset(filepath=str(tmp_path / "rows"))
    dataset.save(subset)
    return dataset.load()


@pytest.mark.parametrize("rows", [[0, 1, 2], [0, 2]])
def test_rows_of_a_table_keep_their_types_whatever_rows_they_are(rows, tmp_path):
    subset = all_rows(TABLE, TASK).take(np.array(rows))
    found = there_and_back(subset, tmp_path)
    pd.testing.assert_frame_equal(found.x, subset.x)
    assert found.target.classes == ("no", "yes")
    assert found.target.values.tolist() == subset.target.values.tolist()
    assert found.weight.tolist() == subset.weight.tolist()


@pytest.mark.parametrize("classes", [None, (False, True), (1, 2), (0.5, 1.0), ("a", "b")])
def test_samples_come_back_with_classes_of_the_same_type(classes, tmp_path):
    target = Target(np.array([0.5, 1.5]) if classes is None else np.array([0, 1]), classes)
    found = there_and_back(Subset(np.arange(12.0).reshape(2, 2, 3), target), tmp_path)
    assert found.x.shape == (2, 2, 3)
    assert (found.weight, found.target.classes) == (None, classes)
    assert list(map(type, found.target.classes or ())) == list(map(type, classes or ()))
    assert found.target.values.dtype == target.values.dtype


def test_several_targets_come_back_with_their_names(tmp_path):
    target = Target(np.array([[0, 1], [1, 1]]), None, ("a", "b"))
    found = there_and_back(Subset(TABLE[["count"]].iloc[:2], target), tmp_path).target
    assert (found.values.tolist(), found.classes, found.names) == ([[0, 1], [1, 1]], None, ("a", "b"))


def test_equal_rows_are_equal_bytes(tmp_path):
    for name in ("a", "b"):
        SubsetDataset(filepath=str(tmp_path / name)).save(all_rows(TABLE, TASK))
    one, other = ([file.read_bytes() for file in sorted((tmp_path / name).iterdir())] for name in ("a", "b"))
    assert one == other


def test_a_folder_with_files_of_others_is_not_replaced(tmp_path):
    (tmp_path / "rows").mkdir()
    (tmp_path / "rows" / "mine.txt").touch()
    with pytest.raises(DatasetError, match=r"mine\.txt"):
        SubsetDataset(filepath=str(tmp_path / "rows")).save(all_rows(TABLE, TASK))


def test_damaged_rows_name_their_folder(tmp_path):
    there_and_back(all_rows(TABLE, TASK), tmp_path)
    (tmp_path / "rows" / "subset.json").write_text('{"classes": [1], "names": [], "objects": [], "odd": 1}')
    with pytest.raises(DatasetError, match=r"rows: .*odd"):
        SubsetDataset(filepath=str(tmp_path / "rows")).load()
