"""The result of a search: a network that predicts, says what it is, and is saved as plain files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.artifact import open_artifact, write_artifact
from automl_flow.core.errors import ArtifactError, DataError
from automl_flow.core.files import read_json, write_bytes, write_json
from automl_flow.nas.problem import numbers
from automl_flow.nas.sequences import as_padded, as_sequences
from automl_flow.nas.space import Architecture, DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.tasks.spec import Label

if TYPE_CHECKING:
    from torch import nn

KIND = "network"
_ARCHITECTURE, _WEIGHTS, _PREPROCESSOR = "architecture.json", "network.safetensors", "preprocessor.skops"


@dataclass(frozen=True)
class NetworkModel:
    """A trained architecture: one or several networks of it, whose mean predicts.

    Attributes:
        architecture: Which network.
        options: Options of its space.
        shape: Shape of a sample as the network takes it.
        classes: Class of each output; ``None`` in regression.
        module: Raw samples in, probabilities (n, k) or values (n, 1) out.
        preprocessor: Turns rows of a table into numbers first; ``None`` for arrays.
        facts: What is worth knowing of its making (JSON-able).
    """

    architecture: Architecture
    options: Mapping[str, Any]
    shape: DataShape
    classes: tuple[Label, ...] | None
    module: nn.Module
    preprocessor: Any = None
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def n_params(self) -> int:
        """Learned numbers in all its networks."""
        return sum(parameter.numel() for parameter in self.module.parameters())

    def predict_proba(self, x: Any) -> NDArray[np.float64]:
        """Class probabilities, (n, k), columns in the order of ``classes``.

        Raises:
            DataError: It is a regression, or the samples do not have the shape that was learned.
        """
        if self.classes is None:
            raise DataError("a regression network has no probabilities; use predict")
        return self.outputs(x)

    def predict(self, x: Any) -> NDArray[Any]:
        """Classes or values, (n,)."""
        outputs = self.outputs(x)
        return outputs[:, 0] if self.classes is None else np.asarray(self.classes)[outputs.argmax(axis=1)]

    def outputs(self, x: Any) -> NDArray[np.float64]:
        """Probabilities (n, k), or values as one column (n, 1)."""
        import torch

        from automl_flow.nas.training import PREDICTION_BATCH, raw

        array = self._checked(x if self.preprocessor is None else self.preprocessor.transform(x))
        device = next(self.module.parameters()).device
        with torch.inference_mode():
            batches = torch.split(raw(array), PREDICTION_BATCH)
            parts = [self.module(batch.to(device)).cpu().double().numpy() for batch in batches]
        outputs = np.concatenate(parts)
        return outputs if self.classes is None else outputs / outputs.sum(axis=1, keepdims=True)

    def _checked(self, x: Any) -> NDArray[Any]:
        """Samples as numbers, with the channel axis that grey images and plain sequences may leave out."""
        array = self._array(x)
        if self.shape.kind == "image" and array.ndim == 3 and self.shape.channels == 1:
            array = array[..., None]
        if self.shape.kind == "sequence" and array.ndim == 2 and self.shape.channels == 1:
            array = array[:, None, :]
        expected = raw_shape(self.shape)
        if array.shape[1:] != expected:
            raise DataError(f"samples must have the shape (n, {', '.join(map(str, expected))}), got {array.shape}")
        if len(array) == 0:
            raise DataError("there are no samples to predict")
        return numbers(array)

    def _array(self, x: Any) -> NDArray[Any]:
        if self.shape.padded:
            return as_padded(x, self.shape.channels - 1, self.shape.steps)
        return as_sequences(x) if self.shape.kind == "sequence" else np.asarray(x)

    def summary(self) -> str:
        """A table of the layers with their output shapes and parameters, as text."""
        from automl_flow.nas.drawing import layer_table

        return layer_table(self)

    def drawing(self) -> str:
        """The network as an SVG picture."""
        from automl_flow.nas.drawing import draw

        return draw(self)

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
            "members": len(self.module.members),  # type: ignore[arg-type]
        }
        write_json(folder / _ARCHITECTURE, document)
        tensors = {name: tensor.contiguous().cpu() for name, tensor in self.module.state_dict().items()}
        write_bytes(folder / _WEIGHTS, save(tensors))
        if self.preprocessor is not None:
            from automl_flow.search.storage import dump

            write_bytes(folder / _PREPROCESSOR, dump(self.preprocessor))

    def export_onnx(self, path: Path | str) -> float:
        """Write the whole model, normalisation included, as ONNX; return the largest difference of outputs.

        Raises:
            DependencyError: onnx or onnxruntime is not installed.
            ArtifactError: The exported network does not predict what this one predicts.
        """
        from automl_flow.nas.onnx import export

        return export(self, Path(path))


def load_network(folder: Path | str) -> NetworkModel:
    """Load what :meth:`NetworkModel.save` wrote; hashes are checked before anything is read.

    Raises:
        ArtifactError: The folder is not a network, or a file was changed.
    """
    manifest = open_artifact(Path(folder), KIND)
    return read_network(Path(folder), manifest.metadata.get("facts", {}))


def read_network(folder: Path, facts: Mapping[str, Any]) -> NetworkModel:
    """Read the files that :meth:`NetworkModel.write` wrote; whoever calls has checked their hashes."""
    from safetensors.torch import load as read_tensors

    from automl_flow.nas.deployed import assemble

    document = read_json(folder / _ARCHITECTURE)
    space = make_space(document["space"], document["options"], source=f"{folder / _ARCHITECTURE}: options")
    shape = DataShape(**document["shape"])
    architecture = space.architecture(document["params"], shape)
    classes = None if document["classes"] is None else tuple(document["classes"])
    members = [space.build(architecture, shape) for _ in range(document["members"])]
    module = assemble(members, shape, classes=classes is not None)
    try:
        module.load_state_dict(read_tensors((folder / _WEIGHTS).read_bytes()))
    except (RuntimeError, ValueError, KeyError) as error:
        raise ArtifactError(f"{folder / _WEIGHTS}: does not fit {_ARCHITECTURE} ({error})") from None
    preprocessor = None
    if (folder / _PREPROCESSOR).is_file():
        from automl_flow.search.storage import load

        preprocessor = load((folder / _PREPROCESSOR).read_bytes(), str(folder / _PREPROCESSOR))
    options = json.loads(space.options.model_dump_json())
    return NetworkModel(architecture, options, shape, classes, module, preprocessor, facts)


def raw_shape(shape: DataShape) -> tuple[int, ...]:
    """Shape of one raw sample: images have their channels last."""
    if shape.kind == "image":
        return (shape.height, shape.width, shape.channels)
    return shape.sample
