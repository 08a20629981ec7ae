"""Fold models: one fitted model of a candidate with what it needs to predict, and how it is stored."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from automl_flow.core.documents import Document
from automl_flow.core.errors import ArtifactError
from automl_flow.core.files import json_text
from automl_flow.execution.store import ResultStore
from automl_flow.models.family import Array, Encoding, ModelFamily
from automl_flow.serialization import skops
from automl_flow.serialization.manifest import Files
from automl_flow.study.journal import results_folder
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS, preprocessor_key
from automl_flow.tasks.problem_types import problem_type
from automl_flow.tasks.types import Problem

STAND_IN = 0  # fold whose model every trial leaves, in case no full-data model gets fitted
MAX_OUTPUTS = 10_000  # of a stored model: classes are listed in documents, and arrays have a column for each
MIN_BAGGED_FOLDS = 3  # whose models are worth averaging


@dataclass(frozen=True)
class FoldModel:
    """A model that was fitted on one fold, or on all rows.

    Attributes:
        family: Name of its family.
        fold: Number of the fold whose training rows it was fitted on, or ``ALL_ROWS``.
        encoding: Encoding of the rows it reads.
        problem: Problem as seen in those rows: a fold may hold fewer classes than the table.
        present: Codes of the classes in those rows; empty in regression.
        outputs: Columns of a prediction for the whole task.
        copy: Which of several fits on the same rows, each with a seed of its own.
        work: Estimated microseconds of one thread to predict a row.
        model: The family's model; ``None`` where a single class was present.
    """

    family: str
    fold: int
    encoding: Encoding
    problem: Problem
    present: tuple[int, ...]
    outputs: int
    copy: int = 0
    work: float = 0.0
    model: Any = None

    @property
    def name(self) -> str:
        """File name, without its ending."""
        return model_name(self.fold, self.copy)

    @property
    def preprocessor_key(self) -> str:
        """Name of the preprocessor that encodes rows for the model; models that share it share the work."""
        return preprocessor_key(self.encoding, self.fold)

    def predict(self, family: ModelFamily, encoded: Any) -> Array:
        """Predict probabilities (n, k) or values (n, 1) of encoded rows."""
        if self.model is None:
            certain = np.zeros((len(encoded), self.outputs))
            certain[:, self.present[0]] = 1.0
            return certain
        inner = family.predict(self.model, encoded, self.problem)
        expected = (len(encoded), len(self.present) or self.outputs)
        if inner.shape != expected:
            raise ArtifactError(f"the {self.family} model of {self.name} predicts {inner.shape}, expected {expected}")
        if not self.present or len(self.present) == self.outputs:
            return inner
        full = np.zeros((len(encoded), self.outputs))
        full[:, list(self.present)] = inner
        return full


def kept_folds(family: ModelFamily, n_folds: int) -> tuple[int, ...]:
    """Folds whose models a trial stores."""
    return tuple(range(n_folds)) if family.bagged and n_folds >= MIN_BAGGED_FOLDS else (STAND_IN,)


def write_fold_model(store: ResultStore, model: FoldModel, family: ModelFamily) -> None:
    """Write a model under two keys, ``.json`` and ``.model``, that have its name."""
    document = {key: value for key, value in vars(model).items() if key != "model"}
    if model.model is not None:
        with store.writing(f"{model.name}.model") as sink:
            if family.dump is not None:
                sink.write(family.dump(model.model))
            else:
                skops.write(model.model, sink, family.skops_types)
    text = json_text({**document, "stored": model.model is not None})
    store.put(f"{model.name}.json", text.encode())


class FoldModelDocument(Document):
    """Checked form of a stored fold model; see :class:`FoldModel`.

    Attributes:
        stored: Whether a model is stored next to it.
    """

    family: str = Field(max_length=100)
    fold: int = Field(ge=ALL_ROWS, lt=10_000)
    encoding: Encoding
    problem: Problem
    present: tuple[int, ...]
    outputs: int = Field(ge=1, le=MAX_OUTPUTS)
    number: int = Field(ge=0, lt=10_000, alias="copy")
    work: float = Field(ge=0)
    stored: bool

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if list(self.present) != sorted(set(self.present) & set(range(self.outputs))):
            raise ValueError(f"present must be codes below {self.outputs} in order")
        if not self.stored and len(self.present) != 1:
            raise ValueError("only where a single class was present there is no model")
        if self.stored and not problem_type(self.problem).suits_model(len(self.present), self.outputs):
            raise ValueError(f"a {self.problem} model does not have {len(self.present)} classes")
        return self


def read_fold_model(files: Files, place: str, name: str, family: ModelFamily) -> FoldModel:
    """Read what :func:`write_fold_model` stored.

    Args:
        files: Where it lies.
        place: The folder there, with a slash at its end; empty for the folder itself.
        name: The model's name.
        family: The family that its model must be of.

    Raises:
        ArtifactError: A file is missing, damaged, or not what its place says.
    """
    stem = f"{place}{name}"
    document = files.document(f"{stem}.json", FoldModelDocument)
    if (document.family, document.encoding) != (family.name, family.encoding):
        raise ArtifactError(
            f"{files.folder / stem}.json: a {document.encoding} {document.family} model, "
            f"expected {family.encoding} {family.name}"
        )
    if model_name(document.fold, document.number) != name:
        raise ArtifactError(f"{files.folder / stem}.json: is of another fold than its name says")
    load = family.load or partial(skops.load, allowed=family.skops_types)
    return FoldModel(
        family=document.family,
        fold=document.fold,
        encoding=document.encoding,
        problem=document.problem,
        present=document.present,
        outputs=document.outputs,
        copy=document.number,
        work=document.work,
        model=files.read(f"{stem}.model", load) if document.stored else None,
    )


def second_layer_folder(state: Path) -> Path:
    """Folder of the journal of the second layer."""
    return state / "second"


def layer_store(store: ResultStore, base_models: Sequence[int]) -> ResultStore:
    """Results of the second layer, whose candidates have base models; without any, those of the first."""
    return store.below(results_folder(second_layer_folder(Path())).as_posix()) if base_models else store


def model_store(layer: ResultStore, number: int) -> ResultStore:
    """Models of a trial."""
    return layer.below(_models_key(number))


def delete_models(layer: ResultStore, number: int) -> None:
    """Remove the models of a trial."""
    layer.delete(_models_key(number))


def _models_key(number: int) -> str:
    return f"parts/{number:06d}"


def model_name(fold: int, copy: int = 0) -> str:
    """File name of a model, without its ending."""
    return f"all-{copy}" if fold == ALL_ROWS else f"fold-{fold}"


def is_stored(layer: ResultStore, number: int, fold: int, copy: int = 0) -> bool:
    """Whether a model of a trial was stored.

    Args:
        layer: Results of the trial's layer.
        number: Trial number.
        fold: Number of the fold, or ``ALL_ROWS``.
        copy: Which fit on all rows.
    """
    return model_store(layer, number).exists(f"{model_name(fold, copy)}.json")


def write_oof(layer: ResultStore, number: int, predictions: NDArray[np.float32]) -> None:
    """Store a trial's out-of-fold predictions, one row per covered row of the problem."""
    with layer.writing(oof_key(number)) as sink:
        np.save(sink, predictions, allow_pickle=False)


def read_oof(layer: ResultStore, number: int) -> NDArray[np.float32]:
    """Read what :func:`write_oof` stored."""
    content = io.BytesIO(layer.get(oof_key(number)))
    return np.asarray(np.load(content, allow_pickle=False), dtype=np.float32)


def oof_key(number: int) -> str:
    """Key of a trial's out-of-fold predictions; written last, so a trial that has it has all."""
    return f"oof/{number:06d}.npy"
