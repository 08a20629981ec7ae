"""Loading tabular models: every document is validated before any object is built from it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from automl_flow.core.documents import Document, reading
from automl_flow.core.errors import ArtifactError, DependencyError
from automl_flow.models import FAMILIES
from automl_flow.serialization.manifest import Files, open_artifact
from automl_flow.tabular.candidate import CandidateDocument
from automl_flow.tabular.ensemble.blend import NetworkMember
from automl_flow.tabular.ensemble.model import KIND, MODEL, Member, TabularModel, member_place
from automl_flow.tabular.fitting.fold_models import MAX_OUTPUTS, read_fold_model
from automl_flow.tabular.fitting.preprocessors import Preprocessors
from automl_flow.tabular.predictor import FittedCandidate
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.types import Label

_MAX_MEMBERS = 500
_MAX_MODELS = 200  # per member
_ROUNDING = 1e-6  # tolerance of the sum of the weights

ModelName = Annotated[str, Field(pattern=r"^(all|fold)-[0-9]{1,4}$")]


class CandidateEntry(Document):
    """A member from the model search.

    Attributes:
        kind: Always ``candidate``.
        candidate: Family, parameters and base models.
        models: Names of its fitted models.
    """

    kind: Literal["candidate"]
    candidate: CandidateDocument
    models: tuple[ModelName, ...] = Field(min_length=1, max_length=_MAX_MODELS)

    @model_validator(mode="after")
    def _differ(self) -> Self:
        if len(set(self.models)) < len(self.models):
            raise ValueError("models must not contain duplicates")
        return self


class NetworkEntry(Document):
    """A member that is a searched network.

    Attributes:
        kind: Always ``network``.
    """

    kind: Literal["network"]


class ModelDocument(Document):
    """Checked form of ``model.json``; see :class:`automl_flow.tabular.ensemble.model.TabularModel`."""

    task: dict[str, Any]
    classes: tuple[Label, ...] | None = Field(max_length=MAX_OUTPUTS)
    feature_names: tuple[str, ...] = Field(max_length=1_000_000)
    weights: tuple[Annotated[float, Field(ge=0)], ...]
    members: tuple[Annotated[CandidateEntry | NetworkEntry, Field(discriminator="kind")], ...] = Field(
        min_length=1, max_length=_MAX_MEMBERS
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if len(self.weights) != len(self.members):
            raise ValueError(f"{len(self.weights)} weights for {len(self.members)} members")
        if not math.isclose(sum(self.weights), 1.0, abs_tol=_ROUNDING):
            raise ValueError(f"weights must sum to 1, got {sum(self.weights)!r}")
        if self.classes is not None and (len(self.classes) < 2 or len(set(self.classes)) < len(self.classes)):
            raise ValueError("classes must be at least two, without duplicates")
        if len(set(self.feature_names)) < len(self.feature_names):
            raise ValueError("feature_names must not contain duplicates")
        return self

    @model_validator(mode="after")
    def _reads_earlier_members(self) -> Self:
        known: set[int] = set()
        layered = False
        for member in self.members:
            if isinstance(member, NetworkEntry):
                layered = False
                continue
            candidate = member.candidate
            if not set(candidate.base_models) <= known:
                raise ValueError(
                    f"candidate {candidate.number}: base models {candidate.base_models} must all be earlier members"
                )
            if candidate.base_models:
                layered = True
            elif layered or candidate.number in known:
                raise ValueError(f"candidate {candidate.number} is duplicated, or listed after a stacked candidate")
            else:
                known.add(candidate.number)
        return self


def load_tabular_model(folder: Path) -> TabularModel:
    """Load what :func:`automl_flow.tabular.ensemble.model.TabularModel.save` wrote, after checking hashes and versions.

    Raises:
        ArtifactError: The folder is not a tabular model, is damaged, or contains types that are not allowed.
        DependencyError: A library needed by a member is not installed.
    """
    folder = Path(folder)
    files = open_artifact(folder, KIND).files
    document = files.document(MODEL, ModelDocument)
    with reading(folder / MODEL):
        task = TaskSpec.restore(document.task)
        if not task.problem_type.suits(document.classes) or task.modality != "tabular":
            raise ArtifactError(f"{folder / MODEL}: the task must be tabular, with classes that match its problem type")
    preprocessors = Preprocessors()
    members = tuple(
        _read_member(files, member_place(i), entry, _Outputs(task, document.classes), preprocessors)
        for i, entry in enumerate(document.members)
    )
    return TabularModel(members, document.weights, document.classes, task, document.feature_names)


@dataclass(frozen=True)
class _Outputs:
    """What every member of a model must predict."""

    task: TaskSpec
    classes: tuple[Label, ...] | None

    @property
    def number(self) -> int:
        return self.task.problem_type.n_outputs(self.classes, len(self.task.targets))


def _read_member(
    files: Files,
    place: str,
    entry: CandidateEntry | NetworkEntry,
    expected: _Outputs,
    preprocessors: Preprocessors,
) -> FittedCandidate | Member:
    if isinstance(entry, NetworkEntry):
        return _read_network(files, place, expected)
    candidate = entry.candidate.candidate()
    with reading(files.folder / MODEL):
        family = FAMILIES.get(candidate.family)
    models = tuple(read_fold_model(files, place, name, family) for name in entry.models)
    for model in models:
        if model.outputs != expected.number:
            raise ArtifactError(
                f"{files.folder / place}: {model.name} has {model.outputs} outputs, expected {expected.number}"
            )
        preprocessors.read(files, model.preprocessor_key)
    return FittedCandidate(candidate, models, family, preprocessors.by_key)


def _read_network(files: Files, place: str, expected: _Outputs) -> Member:
    try:
        from automl_flow.nas.network.model import read_network
    except ImportError as error:
        raise DependencyError(f"{files.folder / place}: a network member needs torch ({error})") from None
    network = read_network(files, place)
    suits = network.classes == expected.classes and network.shape.outputs == expected.number
    if not suits or network.preprocessor is None:
        raise ArtifactError(f"{files.folder / place}: not a tabular network with the classes of {MODEL}")
    return NetworkMember(network)
