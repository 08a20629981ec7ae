"""Nodes of neural architecture search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.progress import console_progress
from automl_flow.features import FeaturePlan
from automl_flow.nas.config import NasConfig
from automl_flow.nas.network import NetworkModel
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search import NasResult, search_architecture
from automl_flow.pipelines.documents import trials_document
from automl_flow.pipelines.parts import cut_samples, cut_table
from automl_flow.recipes import Recipe
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec

Document = dict[str, Any]
Found = tuple[Document, Document, NetworkModel, dict[str, NDArray[Any]]]


def search_table(
    table: pd.DataFrame,
    split: Document,
    profile: Document,
    recipe: Document,
    feature_plan: Document,
    *,
    task: TaskSpec,
    config: NasConfig,
    state: Path,
) -> Found:
    """Search a network for a table; trials are judged on all folds, so that the winner has out-of-fold predictions."""
    parts = cut_table(table, task, split)
    problem = NasProblem(
        parts.train.x,
        parts.train.target,
        task,
        folds=parts.folds,
        weight=parts.train.weight,
        recipe=Recipe.from_document(recipe),
        profile=Profile.from_document(profile),
        plan=FeaturePlan.from_document(feature_plan),
    )
    return _found(search_architecture(problem, config, state, console_progress()))


def search_samples(data: ArrayData, split: Document, task: TaskSpec, config: NasConfig, state: Path) -> Found:
    """Search a network for images or sequences; trials are judged on a part that is held back."""
    train = cut_samples(data, task, split).train
    problem = NasProblem(train.x, train.target, task)
    return _found(search_architecture(problem, config, state, console_progress()))


def _found(result: NasResult) -> Found:
    """What the stage keeps: trials, architecture, network, and the winner's predictions of rows it did not see."""
    architecture = {
        "space": result.architecture.space,
        "params": dict(result.architecture.params),
        "key": result.architecture.key,
        "trial": result.best,
        "strategy": result.strategy,
        "why": result.why,
        "front": list(result.front),
        "proxies": dict(result.proxies),
    }
    trials = trials_document(result.records, reproduce=dict(result.reproduce))
    return trials, architecture, result.network, {"rows": result.rows, "predictions": result.oof}
