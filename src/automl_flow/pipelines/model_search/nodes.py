"""Nodes of model search."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.progress import console_progress
from automl_flow.features import FeaturePlan
from automl_flow.models import FAMILIES
from automl_flow.pipelines.documents import trials_document
from automl_flow.pipelines.parts import cut_table
from automl_flow.recipes import Recipe
from automl_flow.study.notes import log_notes
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.ensemble.build import build_model
from automl_flow.tabular.ensemble.model import TabularModel
from automl_flow.tabular.ensemble.select import stack_models
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.search import search_models
from automl_flow.tabular.session.session import open_workbench
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec

Document = dict[str, Any]
Found = tuple[Document, Document, dict[str, NDArray[Any]], TabularModel]


def pose(
    table: pd.DataFrame, split: Document, profile: Document, recipe: Document, feature_plan: Document, *, task: TaskSpec
) -> TabularProblem:
    """The training rows, and how they are to be read."""
    parts = cut_table(table, task, split)
    return TabularProblem(
        X=parts.train.x,
        target=parts.train.target,
        task=task,
        profile=Profile.from_document(profile),
        recipe=Recipe.from_document(recipe),
        plan=FeaturePlan.from_document(feature_plan),
        folds=parts.folds,
        weight=parts.train.weight,
    )


def search(problem: TabularProblem, config: SearchConfig, state: Path) -> Found:
    """Trials, candidates with their weights, their out-of-fold predictions, and the ensemble of the best.

    Raises:
        BudgetError: No trial finished, and ``if_nothing_finished`` does not ask for a constant then.
    """
    with open_workbench(problem, FAMILIES.available(), config, state, console_progress()) as bench:
        result = stack_models(bench, search_models(bench))
        built = build_model(bench, result)
    log_notes(built.notes)
    found = built.result
    trials = trials_document(found.records, built.notes, reproduce=dict(built.reproduce))
    candidates = [candidate.to_document() for candidate in found.candidates]
    chosen = {"candidates": candidates, "weights": built.selection.weights, "trajectory": built.selection.trajectory}
    return trials, chosen, {"rows": found.rows, "predictions": found.oof}, built.model
