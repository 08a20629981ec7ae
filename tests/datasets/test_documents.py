import json
import math

import numpy as np
import pytest
from kedro.io import DatasetError

from automl_flow.datasets.documents import DocumentDataset, SettingsDataset, TextDataset


def test_equal_documents_are_equal_bytes_whatever_the_order_of_keys(tmp_path):
    DocumentDataset(filepath=str(tmp_path / "a.json")).save({"x": 1, "y": [1.5, None]})
    DocumentDataset(filepath=str(tmp_path / "b.json")).save({"y": (1.5, None), "x": 1})
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_document_holds_no_nan(tmp_path):
    dataset = DocumentDataset(filepath=str(tmp_path / "a.json"))
    dataset.save({"nan": math.nan, "inf": math.inf, "numpy": np.float64("nan"), "one": np.int64(1)})
    assert "NaN" not in (tmp_path / "a.json").read_text()
    assert json.loads((tmp_path / "a.json").read_text()) == {"nan": None, "inf": None, "numpy": None, "one": 1}


def test_a_document_that_cannot_be_written_leaves_the_old_one(tmp_path):
    dataset = DocumentDataset(filepath=str(tmp_path / "a.json"))
    dataset.save({"x": 1})
    with pytest.raises(DatasetError):
        dataset.save({"x": object()})
    assert dataset.load() == {"x": 1}
    assert [path.name for path in tmp_path.iterdir()] == ["a.json"]


def test_settings_may_be_absent(tmp_path):
    dataset = SettingsDataset(filepath=str(tmp_path / "none.yml"))
    assert dataset.exists()
    assert dataset.load() is None


def test_empty_settings_are_not_absent(tmp_path):
    (tmp_path / "empty.yml").touch()
    assert SettingsDataset(filepath=str(tmp_path / "empty.yml")).load() == []


def test_settings_that_are_not_yaml_name_their_file(tmp_path):
    (tmp_path / "bad.yml").write_text("a: [1,")
    with pytest.raises(DatasetError, match=r"bad\.yml: not a YAML document"):
        SettingsDataset(filepath=str(tmp_path / "bad.yml")).load()


def test_settings_cannot_make_objects(tmp_path):
    (tmp_path / "evil.yml").write_text("!!python/object/apply:os.getcwd []")
    with pytest.raises(DatasetError, match="not a YAML document"):
        SettingsDataset(filepath=str(tmp_path / "evil.yml")).load()


def test_text_comes_back(tmp_path):
    dataset = TextDataset(filepath=str(tmp_path / "page.html"))
    dataset.save("<p>±3 σ</p>\n")
    assert dataset.load() == "<p>±3 σ</p>\n"
