"""Export to ONNX, which counts only when onnxruntime predicts the same."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from automl_flow.core.errors import ArtifactError, DependencyError
from automl_flow.core.files import atomic_file
from automl_flow.core.seeds import generator
from automl_flow.nas.network.model import raw_shape

if TYPE_CHECKING:
    from automl_flow.nas.network.model import NetworkModel

TOLERANCE = 1e-4
OPSET = 17
_SAMPLES = 5  # that the parity check looks at


def export(model: NetworkModel, path: Path) -> float:
    """Write *model* to *path* and compare; see :meth:`NetworkModel.export_onnx`.

    The graph takes float32 samples with a free batch axis: (n, height, width, channels), (n, channels, steps), or a
    table's encoded columns. Its output is what :meth:`NetworkModel.outputs` returns.
    """
    import torch

    missing = [name for name in ("onnx", "onnxruntime") if importlib.util.find_spec(name) is None]
    if missing:
        raise DependencyError(f"ONNX export needs {' and '.join(missing)}: pip install 'automl_flow[onnx]'")
    shape = raw_shape(model.shape)
    x = generator(0, "onnx").normal(size=(_SAMPLES, *shape)).astype(np.float32)
    module = model.module.cpu().eval()
    with atomic_file(path) as temporary, warnings.catch_warnings():
        # The exporter that traces writes in 0.1 s what the newer one needs 8 s for; it warns of its age.
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


def _difference(path: Path, module: object, x: np.ndarray) -> float:
    """Largest difference of outputs, for another batch size than the one that was traced."""
    import onnxruntime
    import torch

    session = onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])
    for batch in (x, x[:2]):
        (found,) = session.run(None, {"x": batch})
        with torch.inference_mode():
            expected = module(torch.from_numpy(batch)).numpy()  # type: ignore[operator]
        worst = float(np.abs(found - expected).max())
        if not worst <= TOLERANCE:
            return worst
    return worst
