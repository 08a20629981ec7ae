"""Searching with Optuna: budgets, journals, studies, and the tabular engine."""
