"""Writing tabular models: a manifest with hashes, documents, native booster files and skops; no pickle."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from automl_flow.core.files import write_json
from automl_flow.execution.store import FolderStore
from automl_flow.serialization.manifest import write_artifact
from automl_flow.tabular.ensemble.model import Member, TabularModel
from automl_flow.tabular.fitting.fitted import FittedCandidate
from automl_flow.tabular.fitting.fold_models import write_part
from automl_flow.tabular.fitting.preprocessors import write_preprocessor

KIND = "tabular"
MODEL = "model.json"


def save_model(model: TabularModel, folder: Path) -> None:
    """Write *model* to a folder, atomically."""

    def write(target: Path) -> None:
        written: set[str] = set()
        members = [_write_member(target, i, member, written) for i, member in enumerate(model.members)]
        document = {
            "task": model.task.model_dump(mode="json"),
            "classes": None if model.classes is None else list(model.classes),
            "feature_names": list(model.feature_names),
            "weights": list(model.weights),
            "members": members,
        }
        write_json(target / MODEL, document)

    facts = {"problem": model.task.problem, "metric": model.task.metric_name, "members": len(model.members)}
    write_artifact(Path(folder), KIND, write, facts)


def member_place(number: int) -> str:
    """Folder of a member inside a model's folder, with a slash at its end."""
    return f"members/{number:03d}/"


def _write_member(folder: Path, number: int, member: FittedCandidate | Member, written: set[str]) -> dict[str, Any]:
    own = folder / member_place(number)
    if not isinstance(member, FittedCandidate):
        own.mkdir(parents=True)
        member.write(own)
        return {"kind": "network"}
    for part in member.parts:
        write_part(FolderStore(own), part, member.family)
        if part.preprocessor_key not in written:
            write_preprocessor(FolderStore(folder), part.preprocessor_key, member.preprocessors[part.preprocessor_key])
            written.add(part.preprocessor_key)
    names = [part.name for part in member.parts]
    return {"kind": "candidate", "candidate": member.candidate.to_document(), "models": names}
