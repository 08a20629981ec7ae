"""Small problems that one-shot strategies are tested on."""

from __future__ import annotations

from typing import Any

import numpy as np

from automl_flow.nas.problem import TrainingData
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.nas.spaces.base import Space
from automl_flow.tasks.problem_types import problem_type

IMAGE = DataShape(kind="image", channels=1, height=6, width=6, outputs=2)
SEQUENCE = DataShape(kind="sequence", channels=2, steps=6, outputs=2)
TABLE = DataShape(kind="table", features=4, outputs=2)
QUICK: dict[str, Any] = {"epochs": 2, "batch_size": 16, "pool": 6, "candidates": 3}

SPACES: dict[str, tuple[Space, DataShape]] = {
    "cell": (make_space("cell", {"channels": 4, "stages": 1, "nodes": 3}), IMAGE),
    "macro": (make_space("macro", {"widths": [8], "stages": [2]}), IMAGE),
    "recurrent": (make_space("recurrent", {"widths": [8], "operations": ["conv_3", "gru", "attention"]}), SEQUENCE),
    "recurrent_cell": (make_space("recurrent_cell", {"widths": [8], "nodes": 2}), SEQUENCE),
    "tabular": (make_space("tabular", {"widths": [16]}), TABLE),
}


def training_data(shape: DataShape, samples: int = 64, *, classes: bool = True) -> TrainingData:
    """Two classes whose means differ, or a sum to predict."""
    rng = np.random.default_rng(0)
    y = np.arange(samples) % 2
    size = (shape.height, shape.width, shape.channels) if shape.kind == "image" else shape.sample
    x = (rng.normal(size=(samples, *size)) + y.reshape(-1, *[1] * len(size))).astype(np.float32)
    values = y if classes else x.reshape(samples, -1).sum(1).astype(np.float64)
    return TrainingData(x, values, None, problem_type("binary" if classes else "regression"))
