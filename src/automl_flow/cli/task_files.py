"""The files of a new task: parameters, small parameters for a quick try, and the catalog entry of its raw file."""

from __future__ import annotations

import json
import re

from automl_flow.cli.guessing import Guess
from automl_flow.tasks.metrics import metric_names
from automl_flow.tasks.spec import ROLES

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_MANY = 60  # columns from which plain numbers are not listed one by one

_CATALOG = """\
{name}.raw:
  type: automl_flow.datasets.{kind}
  filepath: {file}

# Rows to predict; inference scores them with the saved model.
{name}.new_rows:
  type: automl_flow.datasets.{kind}
  filepath: {file}
"""

_TABLE_STAGES = """
  validation: {}

  preprocessing:
    split: {holdout: 0.2, folds: 5, seed: 42}
    recipe: {}

  feature_engineering: {}

  model_search:
    max_trials: 16
    per_run_time_limit: 60
    n_jobs: 2
    seed: 42

  nas:
    space: tabular
    strategy: bayesian
    max_trials: 8
    per_run_time_limit: 120
    n_jobs: 2
    seed: 42

  evaluation: {}
"""

_SAMPLE_STAGES = """
  validation: {}

  preprocessing:
    split: {holdout: 0.2, folds: 5, seed: 42}

  nas:
    space: auto
    strategy: auto
    max_trials: 8
    per_run_time_limit: 300
    n_jobs: 2
    seed: 42

  evaluation: {}
"""

_SMOKE_NAS = "  nas: {max_trials: 2, epochs: 2, final_epochs: 2, final_seeds: 1, n_jobs: 1}\n"
_SMOKE_SEARCH = "  model_search: {max_trials: 3, families: [linear, random_forest], n_jobs: 1}\n"


def task_files(guess: Guess) -> dict[str, str]:
    """Return the text of every file, by its path relative to the project; the parameters come first."""
    table = guess.modality == "tabular"
    kind = "tables.RawTableDataset" if table else "arrays.RawArraysDataset"
    smoke = f"{guess.name}:\n" + (_SMOKE_SEARCH if table else "") + _SMOKE_NAS
    return {
        f"conf/base/parameters/{guess.name}.yml": _parameters(guess) + (_TABLE_STAGES if table else _SAMPLE_STAGES),
        f"conf/base/catalog/{guess.name}.yml": _CATALOG.format(name=guess.name, kind=kind, file=scalar(guess.file)),
        f"conf/smoke/parameters/{guess.name}.yml": smoke,
    }


def scalar(value: object) -> str:
    """Return *value* as YAML that reads back as the same value."""
    if isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
        return value
    return json.dumps(value, ensure_ascii=False)


def _parameters(guess: Guess) -> str:
    lines = [
        f"# Written by `kedro add-task` after a look at {guess.file} ({guess.size}).",
        "# Everything marked as guessed is for you to correct.",
        f"{guess.name}:",
        "  task:",
        f"    modality: {guess.modality}",
        f"    target: {scalar(guess.target)}",
        f"    problem: {guess.problem} # {guess.why}",
    ]
    if guess.positive is not None:
        lines.append(f"    positive: {scalar(guess.positive)} # guessed: the class that metrics look at")
    lines.append(f"    metric: {guess.metric} # others: {', '.join(metric_names(guess.problem))}")
    if guess.split:
        lines.append("    split_column: split")
    if guess.columns:
        lines += _roles(guess)
    lines.append('    about: "" # one sentence for the report')
    return "\n".join(lines) + "\n"


def _roles(guess: Guess) -> list[str]:
    """A line per column with its guessed role and what it was read off."""
    few = len(guess.columns) <= _MANY
    shown = [column for column in guess.columns if few or column.role != "numeric"]
    if not shown:
        return []
    lines = [f"    roles: # guessed; others: {', '.join(ROLES)}"]
    for column in shown:
        seen = f"{column.dtype}, {column.unique} distinct, {column.missing:.0%} missing"
        lines.append(f"      {scalar(column.name)}: {column.role} # {seen}")
    return lines
