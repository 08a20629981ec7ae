import numpy as np
import pytest
from kedro.io import DatasetError

from automl_flow.datasets.arrays import ArraysDataset, RawArraysDataset, SamplesDataset
from automl_flow.tasks.arrays import ArrayData


def samples(split=None):
    return ArrayData(np.arange(24, dtype=np.uint8).reshape(2, 3, 4, 1), np.array([0, 1]), split)


@pytest.mark.parametrize("split", [None, np.array(["train", "holdout"])])
def test_samples_come_back(split, tmp_path):
    dataset = SamplesDataset(filepath=str(tmp_path / "arrays.npz"))
    dataset.save(samples(split))
    loaded = dataset.load()
    assert loaded.x.dtype == np.uint8
    np.testing.assert_array_equal(loaded.x, samples().x)
    np.testing.assert_array_equal(loaded.y, [0, 1])
    assert (loaded.split is None) if split is None else (loaded.split.tolist() == split.tolist())


def test_equal_samples_are_equal_bytes_at_another_time(tmp_path, monkeypatch):
    import time

    SamplesDataset(filepath=str(tmp_path / "a.npz")).save(samples())
    monkeypatch.setattr(time, "time", lambda: 2e9)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(2e9))
    SamplesDataset(filepath=str(tmp_path / "b.npz")).save(samples())
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.npz").read_bytes()


def test_raw_arrays_come_by_name(tmp_path):
    np.savez(tmp_path / "raw.npz", x=np.zeros((2, 3)), label=[0, 1])
    assert set(RawArraysDataset(filepath=str(tmp_path / "raw.npz")).load()) == {"x", "label"}


@pytest.mark.parametrize("kind", [ArraysDataset, RawArraysDataset, SamplesDataset])
def test_pickled_objects_are_refused(kind, tmp_path):
    hostile = np.array([print], dtype=object)
    np.savez(tmp_path / "a.npz", x=hostile, y=hostile)
    with pytest.raises(DatasetError, match="cannot be read as an NPZ file of plain arrays"):
        kind(filepath=str(tmp_path / "a.npz")).load()


def test_objects_are_not_saved_and_the_old_arrays_stay(tmp_path):
    dataset = ArraysDataset(filepath=str(tmp_path / "a.npz"))
    dataset.save({"x": np.eye(2)})
    with pytest.raises(DatasetError):
        dataset.save({"x": np.array([object()])})
    np.testing.assert_array_equal(dataset.load()["x"], np.eye(2))
    assert [path.name for path in tmp_path.iterdir()] == ["a.npz"]
