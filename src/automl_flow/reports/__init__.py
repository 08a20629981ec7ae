"""Reports: a page and a model card per task, an index over tasks, and tables for ``dvc plots``."""

from __future__ import annotations

from automl_flow.reports.card import model_card
from automl_flow.reports.data import LeaderboardRow, ReportData
from automl_flow.reports.index import TaskSummary, render_index, summarize
from automl_flow.reports.networks import NetworkDrawing, NetworkPoint, NetworkSection
from automl_flow.reports.report import render_report
from automl_flow.reports.searches import Trajectory, TrialPoint, trajectory
from automl_flow.reports.tables import leaderboard_table, plot_tables, trajectory_table

__all__ = [
    "LeaderboardRow",
    "NetworkDrawing",
    "NetworkPoint",
    "NetworkSection",
    "ReportData",
    "TaskSummary",
    "Trajectory",
    "TrialPoint",
    "leaderboard_table",
    "model_card",
    "plot_tables",
    "render_index",
    "render_report",
    "summarize",
    "trajectory",
    "trajectory_table",
]
