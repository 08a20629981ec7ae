"""Small problems and spaces that search in seconds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.objective import NetworkFacts
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import Target, encode_target

SMALL = {
    "widths": [8],
    "growths": [1.5],
    "stages": [2],
    "depths": [1],
    "kernels": [3],
    "heads": [0],
    "operations": ["nor_conv_3x3", "sep_conv_3x3"],
}


def patterns(n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Grey 8×8 images of three classes: stripes along, stripes across, noise."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 3
    stripe = (np.arange(8) % 2)[:, None] * np.ones((1, 8))
    clean = np.stack([stripe, stripe.T, np.full((8, 8), 0.5)])[y]
    return ((clean + 0.3 * rng.normal(size=clean.shape)) * 100 + 100).clip(0, 255).astype(np.uint8)[..., None], y


def image_problem(n: int = 120, **fields: Any) -> NasProblem:
    x, y = patterns(n)
    task = TaskSpec(problem="multiclass", modality="image")
    return NasProblem(x, encode_target(np.asarray(["along", "across", "noise"])[y], task), task, **fields)


def table_problem(n: int = 90) -> NasProblem:
    """A regression over three folds; columns are numbers already."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(n, 4))
    rows = np.arange(n)
    folds = tuple((rows[rows % 3 != k], rows[rows % 3 == k]) for k in range(3))
    return NasProblem(x, Target(3 * x[:, 0] + x[:, 1] ** 2, None), TaskSpec(problem="regression"), folds=folds)


def facts(epochs: int = 4, tie_break_loss: float = 1.0, **changes: Any) -> dict[str, Any]:
    """Facts of a trained network, as a record holds them."""
    known = NetworkFacts("key", epochs, tie_break_loss, history=[], parameters=10, flops=100)
    return replace(known, **changes).to_document()


def config(**changes: Any) -> NasConfig:
    settings: dict[str, Any] = {
        "max_trials": 4,
        "epochs": 4,
        "reduction_factor": 2,
        "final_epochs": 2,
        "final_seeds": 1,
        "cv_folds": 1,
        "space_options": SMALL,
    }
    return NasConfig(**{**settings, **changes})
