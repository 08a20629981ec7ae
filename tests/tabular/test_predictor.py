"""Predicting needs neither the trainer nor what it fits with."""

from __future__ import annotations

import subprocess
import sys


def test_loading_a_model_imports_no_trainer():
    code = (
        "import sys, automl_flow.tabular.ensemble.load\n"
        "trainers = ['fitting.objective', 'fitting.refit', 'search', 'session.session']\n"
        "found = [name for name in trainers if f'automl_flow.tabular.{name}' in sys.modules]\n"
        "assert not found, found\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
