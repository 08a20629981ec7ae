"""Reports: a page and a model card per task, an index over tasks, and tables for ``dvc plots``."""

from __future__ import annotations

from automl_flow.reports.content import (
    LeaderboardRow,
    NetworkSection,
    ReportContent,
    Trajectory,
    TrialPoint,
    trajectory,
)
from automl_flow.reports.report import render_report
from automl_flow.reports.tables import leaderboard_table, plot_tables, trajectory_table

__all__ = [
    "LeaderboardRow",
    "NetworkSection",
    "ReportContent",
    "Trajectory",
    "TrialPoint",
    "leaderboard_table",
    "plot_tables",
    "render_report",
    "trajectory",
    "trajectory_table",
]
