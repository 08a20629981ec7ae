"""Datasets for arrays: raw and accepted samples (images, sequences) and predictions as .npz; never pickled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from automl_flow.core.files import atomic_file
from automl_flow.datasets.base import LocalDataset, ReadOnlyDataset
from automl_flow.tasks.arrays import ArrayData, load_arrays


class RawArraysDataset(ReadOnlyDataset[dict[str, npt.NDArray[Any]]]):
    """``RawArraysDataset`` reads the arrays of a raw .npz file: ``x``, a target, maybe a split.

    Examples:
        Using the YAML API:

        ```yaml
        digits.raw:
          type: automl_flow.datasets.arrays.RawArraysDataset
          filepath: data/01_raw/digits.npz
        ```
    """

    def load(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays by name; a missing, empty or unreadable file is a ``DataError`` that names it."""
        return load_arrays(self.filepath)


class SamplesDataset(LocalDataset[ArrayData]):
    """``SamplesDataset`` keeps samples, targets and the given split in one .npz file of stable bytes.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.arrays":
          type: automl_flow.datasets.arrays.SamplesDataset
          filepath: data/02_intermediate/{task}/arrays.npz
        ```
    """

    def load(self) -> ArrayData:
        """Return the samples."""
        arrays = load_arrays(self._require())
        return ArrayData(arrays["x"], arrays["y"], arrays.get("split"))

    def save(self, data: ArrayData) -> None:
        """Write the samples."""
        arrays = {"x": data.x, "y": data.y} | ({} if data.split is None else {"split": data.split})
        write_arrays(self.filepath, arrays)


class ArraysDataset(LocalDataset[dict[str, npt.NDArray[Any]]]):
    """``ArraysDataset`` keeps arrays by name, for example out-of-fold predictions and their rows, in one .npz file.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.oof":
          type: automl_flow.datasets.arrays.ArraysDataset
          filepath: data/07_model_output/{task}/oof.npz
        ```

        Using the Python API:

        >>> import numpy as np
        >>> from automl_flow.datasets.arrays import ArraysDataset
        >>> dataset = ArraysDataset(filepath=str(tmp_path / "oof.npz"))
        >>> dataset.save({"rows": np.arange(2), "predictions": np.eye(2)})
        >>> assert (dataset.load()["predictions"] == np.eye(2)).all()
    """

    def load(self) -> dict[str, npt.NDArray[Any]]:
        """Return the arrays by name; a damaged file, or one of Python objects, raises a ``DataError`` that names it."""
        return load_arrays(self._require())

    def save(self, data: dict[str, npt.NDArray[Any]]) -> None:
        """Write the arrays."""
        write_arrays(self.filepath, data)


def write_arrays(path: Path, arrays: dict[str, npt.NDArray[Any]]) -> None:
    """Replace *path* by *arrays*, atomically; equal arrays give equal bytes, because NumPy writes no timestamps."""
    with atomic_file(path) as temporary, temporary.open("wb") as sink:
        np.savez_compressed(sink, allow_pickle=False, **arrays)
