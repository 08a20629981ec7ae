"""Small tables for ``dvc plots`` and for the leaderboard file."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from automl_flow.evaluation import Evaluation
from automl_flow.evaluation.classification import ClassificationDetail, Curve
from automl_flow.reports.data import LeaderboardRow
from automl_flow.reports.searches import Trajectory

_MAX_PAIRS = 5000
_DIGITS = 10


def leaderboard_table(rows: Sequence[LeaderboardRow]) -> pd.DataFrame:
    """Return the leaderboard.

    Returns:
        Columns model, kind, search_score, holdout_score, weight (share of the final model), level (0 for the model, 1
        for its parts, 2 for the parts of these), trial, and parameters (JSON).
    """
    table = pd.DataFrame(
        {
            "model": [row.name for row in rows],
            "kind": [row.kind for row in rows],
            "search_score": pd.Series([row.search_score for row in rows], dtype="float64"),
            "holdout_score": pd.Series([row.holdout_score for row in rows], dtype="float64"),
            "weight": pd.Series([row.weight for row in rows], dtype="float64"),
            "level": pd.Series([row.level for row in rows], dtype="int64"),
            "trial": pd.Series([row.trial for row in rows], dtype="Int64"),
            "parameters": [_json(row.params) for row in rows],
        }
    )
    return table.round(_DIGITS)


def trajectory_table(trajectories: Sequence[Trajectory]) -> pd.DataFrame:
    """Return the trials of all searches.

    Returns:
        Columns search, trial, state, label, score, best, epochs, parameters (JSON), cause and message (of failures).
    """
    points = [
        (t.title, p.number, p.state, p.label, p.score, p.best, p.epochs, _json(p.params), p.cause, p.message)
        for t in trajectories
        for p in t.points
    ]
    names = ["search", "trial", "state", "label", "score", "best", "epochs", "parameters", "cause", "message"]
    table = pd.DataFrame(points, columns=names)
    return table.astype({"score": "float64", "best": "float64", "epochs": "Int64"}).round(_DIGITS)


def _json(params: Mapping[str, Any]) -> str:
    return json.dumps(dict(params), sort_keys=True, ensure_ascii=False, default=str) if params else ""


def plot_tables(evaluation: Evaluation) -> dict[str, pd.DataFrame]:
    """Return what ``dvc plots`` draws, by name of the plot.

    Classification gives ``roc``, ``precision_recall``, ``confusion`` and ``calibration``, a regression
    ``residuals``; ``importance`` is there where it was measured.
    """
    tables: dict[str, pd.DataFrame] = {}
    if evaluation.classification is not None and evaluation.classes is not None:
        detail = evaluation.classification
        tables["roc"] = _curves(detail.roc, "false_positive_rate", "true_positive_rate")
        tables["precision_recall"] = _curves(detail.precision_recall, "recall", "precision")
        tables["confusion"] = _pairs(detail, [str(label) for label in evaluation.classes])
        bins = [(b.predicted, b.observed, b.rows) for b in detail.calibration]
        tables["calibration"] = pd.DataFrame(bins, columns=["predicted", "observed", "rows"]).round(_DIGITS)
    if evaluation.regression is not None:
        seen = evaluation.regression
        table = pd.DataFrame({"actual": seen.actual, "predicted": seen.predicted})
        tables["residuals"] = table.assign(residual=table["actual"] - table["predicted"]).round(_DIGITS)
    if evaluation.importance:
        losses = [(i.feature, i.loss, i.deviation) for i in evaluation.importance]
        tables["importance"] = pd.DataFrame(losses, columns=["feature", "loss", "deviation"]).round(_DIGITS)
    return tables


def _curves(curves: Sequence[Curve], x: str, y: str) -> pd.DataFrame:
    points = [(str(curve.label), a, b) for curve in curves for a, b in zip(curve.x, curve.y, strict=True)]
    return pd.DataFrame(points, columns=["label", x, y]).round(_DIGITS)


def _pairs(detail: ClassificationDetail, labels: list[str]) -> pd.DataFrame:
    """One row per (actual, predicted) pair, as DVC's confusion template counts them; large holdouts are scaled down."""
    total = sum(map(sum, detail.confusion))
    scale = min(1.0, _MAX_PAIRS / max(total, 1))
    pairs = [
        (actual, predicted)
        for actual, row in zip(labels, detail.confusion, strict=True)
        for predicted, count in zip(labels, row, strict=True)
        for _ in range(max(round(count * scale), min(count, 1)))  # a rare error does not vanish
    ]
    return pd.DataFrame(pairs, columns=["actual", "predicted"])
