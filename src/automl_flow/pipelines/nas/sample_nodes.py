"""Nodes of architecture search for images and sequences."""

from __future__ import annotations

from pathlib import Path

from automl_flow.core.progress import console_progress
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search.config import NasConfig
from automl_flow.pipelines.nas.found import Found, unpack
from automl_flow.pipelines.parts import cut_samples
from automl_flow.study.budget import Clock
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split


def search_samples(data: ArrayData, split: Split, task: TaskSpec, config: NasConfig, state: Path) -> Found:
    """Search a network for images or sequences; trials are judged on a part that is held back."""
    clock = Clock(config.time_left_for_this_task)
    from automl_flow.nas.search.run import search_architecture  # loads torch, which takes a part of the time

    train = cut_samples(data, task, split).train
    problem = NasProblem(train.x, train.target, task)
    return unpack(search_architecture(problem, config, state, console_progress(), clock=clock))
