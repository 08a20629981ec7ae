"""Datasets for documents: generated JSON, hand-written YAML, and text such as HTML."""

from __future__ import annotations

from typing import Any

from automl_flow.core.files import read_json, write_json, write_text
from automl_flow.core.yaml import read_yaml
from automl_flow.datasets.base import LocalDataset, ReadOnlyDataset


class DocumentDataset(LocalDataset[Any]):
    """``DocumentDataset`` keeps a JSON document with sorted keys, so that equal documents are equal bytes.

    NumPy values are written as plain numbers and lists; NaN and infinities as ``null``, because they are not JSON.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.metrics":
          type: automl_flow.datasets.documents.DocumentDataset
          filepath: data/08_reporting/{task}/metrics.json
          metadata: {dvc: metrics}
        ```

        Using the Python API:

        >>> from automl_flow.datasets.documents import DocumentDataset
        >>> dataset = DocumentDataset(filepath=str(tmp_path / "metrics.json"))
        >>> dataset.save({"roc_auc": 0.9, "trials": 12})
        >>> assert dataset.load() == {"roc_auc": 0.9, "trials": 12}
    """

    def load(self) -> Any:
        """Return the document."""
        return read_json(self._require())

    def save(self, data: Any) -> None:
        """Write the document."""
        write_json(self.filepath, data)


class SettingsDataset(ReadOnlyDataset[Any]):
    """``SettingsDataset`` reads a hand-written YAML file; a missing file gives ``None``.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.expectations":
          type: automl_flow.datasets.documents.SettingsDataset
          filepath: conf/base/expectations/{task}.yml
        ```
    """

    def load(self) -> Any:
        """Return the content; an empty list for an empty file.

        Raises:
            ConfigError: See :func:`automl_flow.core.yaml.parse_yaml`.
        """
        if not self.filepath.is_file():
            return None
        return read_yaml(self.filepath) or []

    def _exists(self) -> bool:
        return True  # a missing file is valid


class TextDataset(LocalDataset[str]):
    """``TextDataset`` keeps one text in UTF-8: an HTML page, a model card.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.report":
          type: automl_flow.datasets.documents.TextDataset
          filepath: data/08_reporting/{task}/report.html
        ```

        Using the Python API:

        >>> from automl_flow.datasets.documents import TextDataset
        >>> dataset = TextDataset(filepath=str(tmp_path / "card.md"))
        >>> dataset.save("# Model card")
        >>> assert dataset.load() == "# Model card"
    """

    def load(self) -> str:
        """Return the text."""
        return self._require().read_text(encoding="utf-8")

    def save(self, data: str) -> None:
        """Write the text."""
        write_text(self.filepath, data)
