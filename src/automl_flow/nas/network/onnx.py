"""ONNX export, which fails unless onnxruntime predicts the same."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn

from automl_flow.core.errors import ArtifactError, DependencyError
from automl_flow.core.files import atomic_file
from automl_flow.core.seeds import generator
from automl_flow.nas.shape import DataShape

TOLERANCE = 1e-4  # of outputs, in probability or in units of the target
OPSET = 17
_SAMPLES = 5  # of the parity check


def export(module: nn.Module, shape: DataShape, path: Path) -> float:
    """Write *module* to *path*, and return the largest difference of outputs between the file and the module.

    The graph takes float32 samples with a free batch axis: (n, height, width, channels), (n, channels, steps), or a
    table's encoded columns. Its output is the module's.

    Raises:
        DependencyError: onnx or onnxruntime is not installed.
        ArtifactError: The exported network does not predict what *module* predicts; nothing is written.
    """
    missing = [name for name in ("onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        raise DependencyError(f"ONNX export needs {' and '.join(missing)}: pip install 'automl_flow[onnx]'")
    x = generator(0, "onnx").normal(size=(_SAMPLES, *shape.raw)).astype(np.float32)
    module = module.cpu().eval()
    with atomic_file(path) as temporary, warnings.catch_warnings():
        # The tracing exporter takes 0.1 s where the newer one takes 8 s; it warns that it is deprecated.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            module, (torch.from_numpy(x),), str(temporary), input_names=["x"], output_names=["output"],
            dynamic_axes={"x": {0: "n"}, "output": {0: "n"}}, opset_version=OPSET, dynamo=False,
        )  # fmt: skip
        difference = _difference(temporary, module, x)
        if not difference <= TOLERANCE:
            raise ArtifactError(
                f"{path}: the ONNX network's outputs differ by {difference:.2g}, at most {TOLERANCE} is allowed"
            )
    return difference


def _difference(path: Path, module: nn.Module, x: np.ndarray) -> float:
    """Largest difference of outputs, also for a batch size that was not traced."""
    import onnxruntime

    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    for batch in (x, x[:2]):
        (found,) = session.run(None, {"x": batch})
        with torch.inference_mode():
            expected = module(torch.from_numpy(batch)).numpy()
        worst = float(np.abs(found - expected).max())
        if not worst <= TOLERANCE:
            return worst
    return worst
