"""Dataset for the training rows or the holdout of a task: a folder without pickles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from automl_flow.core.documents import Document, read_object, reading
from automl_flow.core.files import read_json, write_json
from automl_flow.core.folders import atomic_folder, contents
from automl_flow.datasets.arrays import write_arrays
from automl_flow.datasets.base import LocalDataset
from automl_flow.tasks.arrays import load_arrays
from automl_flow.tasks.subsets import Subset
from automl_flow.tasks.target import Target
from automl_flow.tasks.types import Label

_TABLE, _ARRAYS, _FACTS = "features.parquet", "arrays.npz", "subset.json"


class _Facts(Document):
    """Metadata that neither Parquet nor NumPy preserves.

    Attributes:
        classes: Class of each code; ``None`` without codes.
        names: Names of several targets; empty for a single one.
        objects: Object columns. Parquet would return booleans for a column that is of type object only because rows
            of another subset lack a value.
    """

    classes: tuple[Label, ...] | None
    names: tuple[str, ...]
    objects: tuple[str, ...]


class SubsetDataset(LocalDataset[Subset]):
    """``SubsetDataset`` keeps some rows of a task: features as Parquet or NPZ, target and weights as NPZ.

    A search reads only the training rows, so that the holdout cannot leak into it.

    Examples:
        Using the YAML API:

        ```yaml
        "{task}.train":
          type: automl_flow.datasets.subsets.SubsetDataset
          filepath: data/03_primary/{task}/train
        ```
    """

    def load(self) -> Subset:
        """Return the rows.

        Raises:
            DataError: The folder is missing, or its arrays are damaged.
            ArtifactError: Another file in it is damaged.
        """
        folder = self._require()
        arrays = load_arrays(folder / _ARRAYS)
        with reading(folder):
            facts = read_object(_Facts, read_json(folder / _FACTS))
            x: Any = arrays.get("x")
            if x is None:
                x = pd.read_parquet(folder / _TABLE).astype(dict.fromkeys(facts.objects, object))
            return Subset(x, Target(arrays["target"], facts.classes, facts.names), arrays.get("weight"))

    def save(self, data: Subset) -> None:
        """Write the rows, replacing earlier ones."""
        arrays = {"target": data.target.values} | ({} if data.weight is None else {"weight": data.weight})
        with atomic_folder(self.filepath, _strangers) as folder:
            objects: tuple[str, ...] = ()
            if isinstance(data.x, pd.DataFrame):
                data.x.to_parquet(folder / _TABLE, index=False)
                objects = tuple(str(name) for name in data.x if pd.api.types.is_object_dtype(data.x[name]))
            else:
                arrays["x"] = data.x
            write_arrays(folder / _ARRAYS, arrays)
            write_json(
                folder / _FACTS, {"classes": data.target.classes, "names": data.target.names, "objects": objects}
            )


def _strangers(folder: Path) -> list[str]:
    return [name for name in contents(folder) if name not in (_TABLE, _ARRAYS, _FACTS)]
