"""Reading tabular models, after their hashes and versions are checked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from automl_flow.core.artifact import open_artifact
from automl_flow.core.errors import ArtifactError, DependencyError
from automl_flow.core.files import read_json
from automl_flow.ensembles.model import Member, TabularModel
from automl_flow.ensembles.networks import NetworkMember
from automl_flow.ensembles.saving import KIND, MODEL, member_folder
from automl_flow.models import FAMILIES
from automl_flow.search.candidate import Candidate
from automl_flow.search.fitted import FittedCandidate
from automl_flow.search.members import read_part
from automl_flow.search.preprocessors import Preprocessors
from automl_flow.tasks.spec import TaskSpec


def load_tabular_model(folder: Path) -> TabularModel:
    """Read what :func:`automl_flow.ensembles.saving.save_model` wrote, after its hashes and versions are checked.

    Raises:
        ArtifactError: The folder is no tabular model, is damaged, or holds types that are not allowed.
        DependencyError: A library that a member needs is not installed.
    """
    folder = Path(folder)
    open_artifact(folder, KIND)
    document = read_json(folder / MODEL)
    preprocessors = Preprocessors()
    try:
        members = tuple(_read_member(folder, i, entry, preprocessors) for i, entry in enumerate(document["members"]))
        return TabularModel(
            members=members,
            weights=tuple(float(weight) for weight in document["weights"]),
            classes=None if document["classes"] is None else tuple(document["classes"]),
            task=TaskSpec.restore(document["task"]),
            feature_names=tuple(document["feature_names"]),
        )
    except (KeyError, TypeError) as error:
        raise ArtifactError(f"{folder / MODEL}: incomplete ({type(error).__name__}: {error})") from None


def _read_member(
    folder: Path, number: int, entry: dict[str, Any], preprocessors: Preprocessors
) -> FittedCandidate | Member:
    own = member_folder(folder, number)
    if entry["kind"] == "network":
        return _read_network(own)
    candidate = Candidate.from_document(entry["candidate"])
    family = FAMILIES.get(candidate.family)
    parts = tuple(read_part(own, name, family) for name in entry["models"])
    for part in parts:
        preprocessors.read(folder, part.preprocessor_key)
    return FittedCandidate(candidate, parts, family, preprocessors.by_key)


def _read_network(folder: Path) -> Member:
    try:
        from automl_flow.nas.network import load_network
    except ImportError as error:
        raise DependencyError(f"{folder}: a network member needs torch ({error})") from None
    return NetworkMember(load_network(folder))
