"""Datasets for folders: saved models, and state folders of searches."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from automl_flow.datasets.base import LocalDataset, ReadOnlyDataset

if TYPE_CHECKING:
    from automl_flow.nas.network.model import NetworkModel
    from automl_flow.tabular.ensemble.model import TabularModel


class ModelDataset(LocalDataset[Any]):
    """``ModelDataset`` keeps a model as a folder with a manifest; hashes and versions are checked before loading.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.model":
          type: automl_flow.datasets.folders.ModelDataset
          filepath: data/06_models/{task}/model
        ```
    """

    def load(self) -> Any:
        """Return the model.

        Raises:
            ArtifactError: The folder is not a model, was modified, or was written by an incompatible version.
        """
        from automl_flow import load_model

        return load_model(self._require())

    def save(self, data: TabularModel | NetworkModel) -> None:
        """Write the model's folder, atomically and without pickle."""
        data.save(self.filepath)


class StateFolderDataset(ReadOnlyDataset[Path]):
    """``StateFolderDataset`` gives a search the folder of its journal, so that a killed run resumes.

    The folder is neither input nor output of the flow: journals are keyed by what a search depends on, and results do
    not depend on what is in the folder. It may be deleted at any time between runs.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.nas_state":
          type: automl_flow.datasets.folders.StateFolderDataset
          filepath: .automl_flow/state/{task}/nas
          metadata: {dvc: ignored}
        ```
    """

    def load(self) -> Path:
        """Return the folder; the search creates it."""
        return self.filepath

    def _exists(self) -> bool:
        return True  # a missing folder counts as empty
