"""The ensemble that a tabular search ends in: weighted members behind one ``predict``, saved without pickle."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.documents import predicting
from automl_flow.core.errors import ArtifactError, DataError
from automl_flow.core.files import write_json
from automl_flow.core.threads import processors
from automl_flow.execution.store import FolderStore
from automl_flow.models.family import Array
from automl_flow.recipes.unreadable import find_unreadable, warn_of_unreadable
from automl_flow.serialization.manifest import write_artifact
from automl_flow.tabular.candidate import BASELINE
from automl_flow.tabular.fitting.fold_models import write_fold_model
from automl_flow.tabular.fitting.preprocessors import write_preprocessor
from automl_flow.tabular.predictor import EncodedRowCache, FittedCandidate
from automl_flow.tasks.columns import Columns
from automl_flow.tasks.labels import label_array
from automl_flow.tasks.problem_types import ProblemType
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.types import Label

KIND = "tabular"  # of the artifact
MODEL = "model.json"
_ROUNDING = 1e-4  # by which a probability, of float32 at the least, may miss what it should be
_CHUNK_ROWS = 8192  # predicted at once: memory is bounded, and every piece has a fixed overhead


@runtime_checkable
class Member(Protocol):
    """Anything that predicts raw rows and can be stored in a folder: a candidate, a network."""

    def predict(self, X: pd.DataFrame) -> Array:
        """Predict probabilities (n, k) or values (n, 1)."""

    def write(self, folder: Path) -> None:
        """Write its files into an empty folder."""


@dataclass(frozen=True, repr=False)
class TabularModel:
    """A weighted mean of members.

    Attributes:
        members: Fitted candidates or other members; base models first, then stacked models.
        weights: Weight of each; they add up to 1. A member that is only a base model of others has 0.
        classes: Class of each column of the probabilities; ``None`` in regression.
        task: The task.
        feature_names: Raw columns that rows must have.
    """

    members: tuple[FittedCandidate | Member, ...]
    weights: tuple[float, ...]
    classes: tuple[Label, ...] | None
    task: TaskSpec
    feature_names: tuple[str, ...]

    @property
    def problem_type(self) -> ProblemType:
        """What depends on the kind of problem."""
        return self.task.problem_type

    @property
    def constant(self) -> bool:
        """Whether it has learned nothing from the columns: all members are baselines."""
        return all(isinstance(m, FittedCandidate) and m.candidate.family == BASELINE for m in self.members)

    def __repr__(self) -> str:
        """Problem, number of columns, and members with their weights."""
        names = (m.candidate.name if isinstance(m, FittedCandidate) else "network" for m in self.members)
        made_of = ", ".join(f"{name} {weight:.0%}" for name, weight in zip(names, self.weights, strict=True) if weight)
        constant = ", predicts a constant" if self.constant else ""
        return f"TabularModel({self.task.problem}, {len(self.feature_names)} columns{constant}: {made_of})"

    @property
    def classes_(self) -> NDArray[Any] | list[NDArray[Any]]:
        """Classes in the order of the probabilities' columns; for several labels a list of 0 and 1 each."""
        if self.classes is None and self.problem_type.has_probabilities:
            return [np.array([0, 1]) for _ in range(len(self.task.targets))]
        if self.classes is None:
            raise AttributeError("a model that predicts values has no classes_")
        return label_array(self.classes)

    @property
    def feature_names_in_(self) -> NDArray[np.object_]:
        """Names of the columns of the training, as scikit-learn calls them."""
        return np.asarray(self.feature_names, dtype=object)

    @property
    def n_features_in_(self) -> int:
        """Number of the columns of the training."""
        return len(self.feature_names)

    def predict(self, X: Any) -> NDArray[Any]:
        """Predict the class or the value of each row, (n,); of k targets the labels 0/1 or values, (n, k).

        Args:
            X: Rows: a data frame of any library, whose columns are found by name (their order does not matter, and
                others are ignored, with a warning), or an array, whose columns are taken by position. Cells that
                cannot be read as they were in training are counted in a warning.

        Raises:
            DataError: Columns are missing, or there are two of the same name.
        """
        decided = self.task.problem_type.decide(self._outputs(self._read(X)))
        return decided if self.classes is None else np.asarray(label_array(self.classes)[decided])

    def predict_proba(self, X: Any) -> Array:
        """Predict the probability of each class, shape (n, k), columns in the order of ``classes``.

        For several labels it is the probability that each label applies, in the order of the task's targets.

        Args:
            X: Rows, see :meth:`predict`.

        Raises:
            DataError: The task is a regression, columns are missing, or there are two of the same name.
        """
        if not self.task.problem_type.has_probabilities:
            raise DataError("predict_proba needs classes; this model predicts values")
        return self._outputs(self._read(X))

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy of the classes, or R² of the values, as scikit-learn's estimators have it."""
        from sklearn.metrics import accuracy_score, r2_score

        kind = self.task.problem_type
        measure = accuracy_score if kind.has_probabilities else r2_score
        return float(measure(kind.as_predicted(y), self.predict(X), sample_weight=sample_weight))

    def predict_raw(self, X: pd.DataFrame) -> Array:
        """Predict probabilities (n, k), or values (n, 1), without warnings about unreadable cells."""
        return self._outputs(Columns(self.feature_names).select(X))

    def _read(self, X: Any) -> pd.DataFrame:
        """Rows with the columns of the training, after a word on cells that cannot be read."""
        frame = Columns(self.feature_names).select(X)
        typed = next((step for member in self.members if (step := _reader(member)) is not None), None)
        if typed is not None:
            with predicting("the model"):
                unreadable = find_unreadable(frame, typed)
            warn_of_unreadable(unreadable)
        return frame

    def _outputs(self, frame: pd.DataFrame) -> Array:
        """Predict rows; the members are shared out among the processors.

        Raises:
            ArtifactError: A member of the model is damaged: it cannot predict, or predicts what is not finite.
        """
        cuts = np.linspace(0, len(frame), _pieces(len(frame)) + 1).astype(int)
        with ThreadPoolExecutor(processors()) as pool:
            pieces = [self._predict_piece(frame.iloc[low:high], pool) for low, high in itertools.pairwise(cuts)]
        return np.concatenate(pieces)

    def _predict_piece(self, frame: pd.DataFrame, pool: Executor) -> Array:
        kind = self.task.problem_type
        total = np.zeros((len(frame), kind.n_outputs(self.classes, len(self.task.targets))))
        if len(frame) == 0:
            return total
        rows, predicted = EncodedRowCache(frame), list[Array]()
        base_predictions: dict[int, Array] = {}
        for _, group in itertools.groupby(self.members, key=_is_stacked):
            layer = list(group)
            predicted += pool.map(partial(_predict, rows=rows, base_predictions=dict(base_predictions)), layer)
            numbered = zip(layer, predicted[-len(layer) :], strict=True)
            base_predictions |= {
                member.candidate.number: own for member, own in numbered if isinstance(member, FittedCandidate)
            }
        for member, weight, own in zip(self.members, self.weights, predicted, strict=True):
            if kind.has_probabilities and (np.min(own) < -_ROUNDING or np.max(own) > 1 + _ROUNDING):
                raise ArtifactError(f"{_name(member)} predicts what are no probabilities: it is damaged")
            total += weight * np.asarray(own, dtype=np.float64).reshape(total.shape)
        if not np.isfinite(total).all():
            raise ArtifactError(
                "the model predicts what is not finite: it is damaged, or numbers of the rows are too large for it"
            )
        return kind.normalise(total)

    def save(self, folder: Path | str) -> None:
        """Write the model to *folder*, atomically; :func:`automl_flow.load_model` reads it.

        Raises:
            StorageError: The folder holds anything but a model, or cannot be written to.
        """
        facts = {"problem": self.task.problem, "metric": self.task.metric_name, "members": len(self.members)}
        write_artifact(Path(folder), KIND, self._write, facts)

    def _write(self, folder: Path) -> None:
        """Write documents, native booster files and skops files; no pickle."""
        written: set[str] = set()
        members = [_write_member(folder, i, member, written) for i, member in enumerate(self.members)]
        document = {
            "task": self.task.model_dump(mode="json"),
            "classes": None if self.classes is None else list(self.classes),
            "feature_names": list(self.feature_names),
            "weights": list(self.weights),
            "members": members,
        }
        write_json(folder / MODEL, document)


def member_place(number: int) -> str:
    """Folder of a member inside a model's folder, with a slash at its end."""
    return f"members/{number:03d}/"


def _write_member(folder: Path, number: int, member: FittedCandidate | Member, written: set[str]) -> dict[str, Any]:
    own = folder / member_place(number)
    if not isinstance(member, FittedCandidate):
        own.mkdir(parents=True)
        member.write(own)
        return {"kind": "network"}
    for model in member.models:
        write_fold_model(FolderStore(own), model, member.family)
        key = model.preprocessor_key
        if key not in written:
            write_preprocessor(FolderStore(folder), key, member.preprocessors[key])
            written.add(key)
    names = [model.name for model in member.models]
    return {"kind": "candidate", "candidate": member.candidate.to_document(), "models": names}


def _reader(member: FittedCandidate | Member) -> Any:
    """The step of a member's preprocessing that reads raw columns; ``None`` where it has none."""
    if isinstance(member, FittedCandidate):
        preprocessor = next(iter(member.preprocessors.values()), None)
    else:
        preprocessor = getattr(getattr(member, "network", None), "preprocessor", None)
    return None if preprocessor is None else preprocessor.steps[0][1]


def _is_stacked(member: FittedCandidate | Member) -> bool:
    """Whether a member reads the predictions of base models."""
    return isinstance(member, FittedCandidate) and bool(member.candidate.base_models)


def _predict(member: FittedCandidate | Member, rows: EncodedRowCache, base_predictions: Mapping[int, Array]) -> Array:
    with predicting(_name(member)):
        return (
            member.predict_rows(rows, base_predictions)
            if isinstance(member, FittedCandidate)
            else member.predict(rows.frame)
        )


def _name(member: FittedCandidate | Member) -> str:
    return f"member {member.candidate.name if isinstance(member, FittedCandidate) else 'network'} of the model"


def _pieces(n_rows: int) -> int:
    """In how many pieces rows are predicted: their number alone says, so that any machine computes the same."""
    return max(1, math.ceil(n_rows / _CHUNK_ROWS))
