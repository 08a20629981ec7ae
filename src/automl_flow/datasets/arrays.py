"""Datasets for arrays: raw and accepted samples (images, sequences) as .npz, predictions as .npy; never pickled."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from automl_flow.core.errors import ArtifactError
from automl_flow.core.files import atomic_file
from automl_flow.datasets.base import LocalDataset, ReadOnlyDataset
from automl_flow.tasks.arrays import ArrayData, load_arrays


class RawArraysDataset(ReadOnlyDataset[dict[str, npt.NDArray[Any]]]):
    """``RawArraysDataset`` reads the arrays of an .npz file as people deliver it: ``x``, a target, maybe a split.

    Examples:
        Using the YAML API:

        ```yaml
        digits.raw:
          type: automl_flow.datasets.RawArraysDataset
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
          type: automl_flow.datasets.SamplesDataset
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
        with atomic_file(self.filepath) as temporary, temporary.open("wb") as sink:
            np.savez_compressed(sink, allow_pickle=False, **arrays)


class ArrayDataset(LocalDataset[npt.NDArray[np.float64]]):
    """``ArrayDataset`` keeps one array, for example out-of-fold predictions, as .npy.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.oof":
          type: automl_flow.datasets.ArrayDataset
          filepath: data/07_model_output/{task}/oof.npy
        ```

        Using the Python API:

        >>> import numpy as np
        >>> from automl_flow.datasets import ArrayDataset
        >>> dataset = ArrayDataset(filepath=str(tmp_path / "oof.npy"))
        >>> dataset.save(np.eye(2))
        >>> assert (dataset.load() == np.eye(2)).all()
    """

    def load(self) -> npt.NDArray[np.float64]:
        """Return the array.

        Raises:
            ArtifactError: The file is not an array, or is one of Python objects.
        """
        try:
            loaded: npt.NDArray[np.float64] = np.load(self._require(), allow_pickle=False)
        except (ValueError, EOFError, OSError) as error:
            raise ArtifactError(f"{self.filepath}: not an array of numbers ({error})") from None
        return loaded

    def save(self, data: npt.NDArray[np.float64]) -> None:
        """Write the array."""
        with atomic_file(self.filepath) as temporary, temporary.open("wb") as sink:
            np.save(sink, data, allow_pickle=False)
