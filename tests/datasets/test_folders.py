from pathlib import Path

from automl_flow.datasets.folders import ModelDataset, StateFolderDataset
from automl_flow.serialization.manifest import open_artifact, write_artifact


class Constant:
    def save(self, folder: Path) -> None:
        write_artifact(folder, "constant", lambda inside: (inside / "value.txt").write_text("1"), {})


def test_a_model_writes_its_own_folder(tmp_path):
    ModelDataset(filepath=str(tmp_path / "model")).save(Constant())
    assert open_artifact(tmp_path / "model").kind == "constant"


def test_a_state_folder_is_a_path_that_need_not_exist(tmp_path):
    dataset = StateFolderDataset(filepath=str(tmp_path / "state"))
    assert dataset.exists()
    assert dataset.load() == tmp_path / "state"
    assert not (tmp_path / "state").exists()
