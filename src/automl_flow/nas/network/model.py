"""A trained network: it predicts, describes itself, and is saved as plain files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from automl_flow.core.documents import Document, predicting, reading
from automl_flow.core.errors import ArtifactError, DataError, shown
from automl_flow.core.files import write_bytes, write_json
from automl_flow.nas.problem import numbers
from automl_flow.nas.shape import DataShape, Kind
from automl_flow.nas.spaces import make_space
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.serialization.manifest import Files, open_artifact, write_artifact
from automl_flow.tasks.image_folders import holds_paths, read_new_images
from automl_flow.tasks.problem_types import ProblemType, problem_type
from automl_flow.tasks.sequences import as_padded, as_sequences
from automl_flow.tasks.types import Label, Problem

if TYPE_CHECKING:
    from torch import nn

    from automl_flow.nas.drawing.drawing import Drawing
    from automl_flow.nas.drawing.layers import Layer

KIND = "network"
_MAX_SAMPLE_NUMBERS = 10_000_000  # of a network that is read
_MAX_OUTPUTS = 10_000
_MAX_NETWORKS = 100  # whose mean predicts
_MAX_MODULES = 50_000  # of all networks together; building a million takes 20 seconds
_ARCHITECTURE, _WEIGHTS, _PREPROCESSOR = "architecture.json", "network.safetensors", "preprocessor.skops"


class ShapeDocument(Document):
    """A stored :class:`automl_flow.nas.spaces.base.DataShape`."""

    kind: Kind
    channels: int = Field(ge=1)
    height: int = Field(ge=1)
    width: int = Field(ge=1)
    steps: int = Field(ge=1)
    features: int = Field(ge=1, le=_MAX_SAMPLE_NUMBERS)
    outputs: int = Field(ge=1, le=_MAX_OUTPUTS)
    padded: bool

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.channels * self.height * self.width * self.steps > _MAX_SAMPLE_NUMBERS:
            raise ValueError(f"a sample holds more than {_MAX_SAMPLE_NUMBERS} numbers")
        if self.padded and self.channels < 2:
            raise ValueError("padded sequences have a channel more than the data")
        return self


class NetworkDocument(Document):
    """Content of ``architecture.json``; see :class:`NetworkModel`.

    Attributes:
        space: Name of the architecture's space.
        params: Its parameters.
        key: Its key.
        problem: Name of the problem type; models stored without one predict classes where they have some, else a value.
        members: Number of networks.
    """

    space: str = Field(max_length=100)
    options: dict[str, Any]
    params: dict[str, str | int | float | bool | None]
    key: str
    shape: ShapeDocument
    classes: tuple[Label, ...] | None
    problem: Problem | None = None
    members: int = Field(ge=1, le=_MAX_NETWORKS)
    facts: dict[str, Any]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        kind = _kind(self.problem, self.classes)
        if not kind.suits_network(self.classes, self.shape.outputs):
            raise ValueError(f"{self.shape.outputs} outputs for {len(self.classes or ())} classes")
        if len(set(self.classes or ())) < len(self.classes or ()):
            raise ValueError("classes must differ")
        return self


@dataclass(frozen=True, repr=False)
class NetworkModel:
    """A trained architecture: one or several networks, whose mean predicts.

    Attributes:
        architecture: Which network.
        options: Options of its space.
        shape: Shape of a sample as the network takes it.
        classes: Class of each output; ``None`` where outputs are values or labels.
        module: Raw samples in, probabilities or values (n, k) out.
        preprocessor: Turns rows of a table into numbers first; ``None`` for arrays.
        facts: JSON-serialisable provenance: metric, score, epochs.
        problem: Name of the problem type; ``None`` for classes, or a single value.
    """

    architecture: Architecture
    options: Mapping[str, Any]
    shape: DataShape
    classes: tuple[Label, ...] | None
    module: nn.Module
    preprocessor: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)
    problem: Problem | None = None

    @property
    def problem_type(self) -> ProblemType:
        """What depends on the kind of problem."""
        return _kind(self.problem, self.classes)

    @property
    def classes_(self) -> NDArray[Any] | list[NDArray[Any]]:
        """Classes in the order of the probabilities' columns; for several labels a list of 0 and 1 each."""
        if self.classes is None and self.problem_type.has_probabilities:
            return [np.array([0, 1]) for _ in range(self.shape.outputs)]
        if self.classes is None:
            raise AttributeError("a network that predicts values has no classes_")
        return np.asarray(self.classes)

    def score(self, x: Any, y: Any) -> float:
        """Accuracy of the classes, or R² of the values, as scikit-learn's estimators have it."""
        from sklearn.metrics import accuracy_score, r2_score

        kind = self.problem_type
        measure = accuracy_score if kind.has_probabilities else r2_score
        return float(measure(kind.as_predicted(y), self.predict(x)))

    def __repr__(self) -> str:
        """Kind of output, kind of data, space and size."""
        kind = self._result_words()
        return (
            f"NetworkModel({kind} of {self.shape.kind} data: {self.architecture.space}, {self.n_params:,} parameters)"
        )

    @property
    def n_params(self) -> int:
        """Learned numbers in all its networks."""
        return sum(parameter.numel() for parameter in self.module.parameters())

    @property
    def network(self) -> nn.Module:
        """The first of its networks; the others differ in their weights alone."""
        return self.module.members[0]  # type: ignore[index, return-value]

    @property
    def n_networks(self) -> int:
        """Networks of the architecture, trained from different seeds, whose mean predicts."""
        return len(self.module.members)  # type: ignore[arg-type]

    @property
    def network_params(self) -> int:
        """Learned numbers in one of its networks."""
        return self.n_params // self.n_networks

    def predict_proba(self, x: Any) -> NDArray[np.float64]:
        """Class probabilities, (n, k), columns in the order of ``classes``.

        Args:
            x: Samples; images may also be the path of one, a list of paths, or a folder.

        Raises:
            DataError: It is a regression, or the samples do not have the shape that was learned.
        """
        if not self.problem_type.has_probabilities:
            raise DataError("a regression network has no probabilities; use predict")
        return self.outputs(x)

    def predict(self, x: Any) -> NDArray[Any]:
        """Classes or values, (n,); of k targets the labels 0/1 or values, (n, k)."""
        decided = self.problem_type.decide(self.outputs(x))
        return decided if self.classes is None else np.asarray(self.classes)[decided]

    def outputs(self, x: Any) -> NDArray[np.float64]:
        """Probabilities (n, k), or values as one column (n, 1).

        Raises:
            DataError: The samples do not have the shape that was learned.
            ArtifactError: The network is damaged: it cannot predict, or predicts what is not finite.
        """
        import torch

        from automl_flow.nas.training.loop import PREDICTION_BATCH, raw

        with predicting("the network"):
            array = self._checked(x if self.preprocessor is None else self.preprocessor.transform(x))
            device = next(self.module.parameters()).device
            with torch.inference_mode():
                batches = torch.split(raw(array), PREDICTION_BATCH)
                parts = [self.module(batch.to(device)).cpu().double().numpy() for batch in batches]
        outputs = np.concatenate(parts)
        if not np.isfinite(outputs).all():
            raise ArtifactError(
                "the network predicts what is not finite: its weights are damaged, or numbers of the samples too large"
            )
        return self.problem_type.normalise(outputs)

    def _checked(self, x: Any) -> NDArray[Any]:
        """Samples as numbers, with the channel axis that grey images and plain sequences may leave out."""
        array = self._array(x)
        if self.shape.kind == "image" and array.ndim == 3 and self.shape.channels == 1:
            array = array[..., None]
        if self.shape.kind == "sequence" and array.ndim == 2 and self.shape.channels == 1:
            array = array[:, None, :]
        expected = self.shape.raw
        if array.shape[1:] != expected:
            raise DataError(f"samples must have the shape (n, {', '.join(map(str, expected))}), got {array.shape}")
        if len(array) == 0:
            raise DataError("there are no samples to predict")
        return numbers(array)

    def _array(self, x: Any) -> NDArray[Any]:
        if holds_paths(x):
            return self._read_images(x)
        if self.shape.padded:
            return as_padded(x, self.shape.channels - 1, self.shape.steps)
        return as_sequences(x) if self.shape.kind == "sequence" else np.asarray(x)

    def _read_images(self, source: Any) -> NDArray[Any]:
        if self.shape.kind != "image":
            raise DataError(f"paths can be read where samples are images; here they are {self.shape.kind} data: arrays")
        return read_new_images(source, (self.shape.height, self.shape.width), self.shape.channels)

    def summary(self) -> str:
        """A table of the layers with what they read, their output shapes and parameters, as text."""
        from automl_flow.nas.drawing.layers import layer_table

        total = f"{self.network_params:,} parameters in one network"
        if self.n_networks > 1:
            total += f"; {self.n_params:,} parameters in all {self.n_networks}, whose mean predicts"
        return f"space {self.architecture.space}\n{layer_table(self.layers())}\n{total}"

    def layers(self) -> list[Layer]:
        """The layers of one of the networks, in the order in which they run."""
        from automl_flow.nas.drawing.layers import layers

        return layers(self.network, self.shape)

    def drawing(self) -> str:
        """One of the networks as an SVG picture: its blocks, and next to it the insides of those that branch."""
        from automl_flow.nas.drawing.drawing import draw

        return draw(self.network, self.shape, self._result_words())

    def drawings(self) -> tuple[Drawing, ...]:
        """The pictures of :meth:`drawing`, each in a document of its own."""
        from automl_flow.nas.drawing.drawing import draw_parts

        return draw_parts(self.network, self.shape, self._result_words())

    def _result_words(self) -> str:
        if self.classes is not None:
            return f"{len(self.classes)} classes"
        what = "label" if self.problem_type.has_probabilities else "value"
        return f"{self.shape.outputs} {what}{'s' if self.shape.outputs > 1 else ''}"

    def save(self, folder: Path | str) -> None:
        """Write architecture, weights and manifest to *folder*, atomically; the same model gives the same bytes.

        Raises:
            ArtifactError: There is a file of that name.
        """
        if Path(folder).is_file():
            raise ArtifactError(f"{folder}: is a file; a model is saved as a folder")
        write_artifact(Path(folder), KIND, self.write, {"facts": dict(self.facts)})

    def write(self, folder: Path) -> None:
        """Write the files of the model into an existing folder, without a manifest."""
        from safetensors.torch import save

        document = {
            "space": self.architecture.space,
            "options": dict(self.options),
            "params": dict(self.architecture.params),
            "key": self.architecture.key,
            "shape": asdict(self.shape),
            "classes": None if self.classes is None else list(self.classes),
            "problem": self.problem_type.name,
            "members": self.n_networks,
            "facts": dict(self.facts),
        }
        write_json(folder / _ARCHITECTURE, document)
        tensors = {name: tensor.contiguous().cpu() for name, tensor in self.module.state_dict().items()}
        write_bytes(folder / _WEIGHTS, save(tensors))
        if self.preprocessor is not None:
            from automl_flow.serialization.skops import dump_preprocessor

            write_bytes(folder / _PREPROCESSOR, dump_preprocessor(self.preprocessor))

    def export_onnx(self, path: Path | str) -> float:
        """Write the whole model, normalisation included, as ONNX; return the largest difference of outputs.

        Raises:
            DependencyError: onnx or onnxruntime is not installed.
            ArtifactError: The exported network does not predict what this one predicts.
        """
        from automl_flow.nas.network.onnx import export

        return export(self.module, self.shape, Path(path))


def load_network(folder: Path | str) -> NetworkModel:
    """Load what :meth:`NetworkModel.save` wrote; hashes are checked before anything is read.

    Raises:
        ArtifactError: The folder is not a network, or a file was changed or does not fit the others.
    """
    return read_network(open_artifact(Path(folder), KIND).files)


def read_network(files: Files, place: str = "") -> NetworkModel:
    """Read the files that :meth:`NetworkModel.write` wrote.

    Args:
        files: The artifact's files.
        place: Path of the network's folder in *files*, with a trailing slash; empty for the root.

    Raises:
        ArtifactError: A file is missing or damaged, or the weights are not those of the architecture.
    """
    source = f"{place}{_ARCHITECTURE}"
    document = files.document(source, NetworkDocument)
    with reading(files.folder / source):
        space = make_space(document.space, document.options, source="options")
        shape = DataShape(**dict(document.shape))
        architecture = space.architecture(document.params, shape)
        if architecture.key != document.key or shape.kind not in space.kinds:
            raise ArtifactError(f"{files.folder / source}: the key is not that of the parameters")
    weights = partial(_with_weights, space=space, architecture=architecture, shape=shape, document=document)
    module = files.read(f"{place}{_WEIGHTS}", weights)
    preprocessor = None
    if f"{place}{_PREPROCESSOR}" in files:
        from automl_flow.serialization.skops import read_preprocessor

        preprocessor = files.read(f"{place}{_PREPROCESSOR}", read_preprocessor)
    options = json.loads(space.options.model_dump_json())
    return NetworkModel(
        architecture, options, shape, document.classes, module, preprocessor, document.facts, document.problem
    )


def _with_weights(
    content: bytes, space: Space, architecture: Architecture, shape: DataShape, document: NetworkDocument
) -> nn.Module:
    """Build the module of the weights; nothing is allocated before they are known to fit."""
    import torch
    from safetensors.torch import load

    from automl_flow.nas.network.module import assemble

    weights = load(content)
    with torch.device("meta"):  # shapes without numbers
        members = [space.build(architecture, shape)]
        if (count := document.members * sum(1 for _ in members[0].modules())) > _MAX_MODULES:
            raise ArtifactError(
                f"does not fit {_ARCHITECTURE}: {document.members} networks, {count:,} modules together"
            )
        members += [space.build(architecture, shape) for _ in range(document.members - 1)]
        module = assemble(members, shape, _kind(document.problem, document.classes))
    expected = {name: (tensor.shape, tensor.dtype) for name, tensor in module.state_dict().items()}
    found = {name: (tensor.shape, tensor.dtype) for name, tensor in weights.items()}
    if found != expected:
        wrong = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
        raise ArtifactError(f"does not fit {_ARCHITECTURE}: {shown(wrong[0])}")
    if not all(bool(torch.isfinite(tensor).all()) for tensor in weights.values() if tensor.is_floating_point()):
        raise ArtifactError("holds weights that are not finite")
    module.to_empty(device="cpu").load_state_dict(weights)
    return module


def _kind(problem: Problem | None, classes: tuple[Label, ...] | None) -> ProblemType:
    """The problem type of a network; models that do not name it have one target."""
    return problem_type(problem or ("regression" if classes is None else "multiclass"))
