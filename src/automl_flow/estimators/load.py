"""Loading of saved models."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from automl_flow.core.documents import reading
from automl_flow.core.errors import ArtifactError, nearest, shown
from automl_flow.serialization.manifest import open_artifact

if TYPE_CHECKING:
    from automl_flow.nas.network.model import NetworkModel
    from automl_flow.tabular.ensemble.model import TabularModel


def load_model(path: str | Path) -> TabularModel | NetworkModel:
    """Load a model saved by ``save`` or by a pipeline run; hashes and versions are checked before anything is read.

    ``docs/security.md`` says what is guaranteed for model folders from untrusted sources.

    Args:
        path: The model folder.

    Raises:
        ArtifactError: The folder is not a model, was modified, or holds a model of an unknown kind.
    """
    folder = Path(path)
    with reading(folder):
        kind = open_artifact(folder).kind
        if kind == "tabular":
            from automl_flow.tabular.ensemble.load import load_tabular_model

            return load_tabular_model(folder)
        if kind == "network":
            from automl_flow.nas.network.model import load_network

            return load_network(folder)
    raise ArtifactError(
        f"{path}: holds a model of the unknown kind {shown(kind)!r}{nearest(kind, ['tabular', 'network'])}"
    )
