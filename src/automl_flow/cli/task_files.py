"""Files of a new task: parameters, parameters for a smoke run, and the catalog entry of its raw file.

Inferred column roles are written as comments, because a role in the settings is binding: checks do not question it, the
table must have the column, and reports say that it was given.
"""

from __future__ import annotations

import json
import re
import unicodedata

from automl_flow.cli.guessing import Guess
from automl_flow.core.errors import shown
from automl_flow.tasks.metrics import metric_names
from automl_flow.tasks.types import ROLES

_PLAIN = re.compile(r"[A-Za-z_][\w./-]*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "null", "y", "n"}
_REFERENCE = re.compile(r"(\\*)\$\{")
_NAME = re.compile(r"[^0-9A-Za-z]+")
_MAX_NAME_LENGTH = 200  # of a column in a comment
_MAX_LISTED = 60  # columns; in wider tables, numeric ones are not listed

_CATALOG = """\
{name}.raw:
  type: automl_flow.datasets.{kind}
  filepath: {file}

# Rows to predict. Replace the path, which is that of the training file, by that of your new rows, then run
# `kedro run --tags=inference`: predictions on training rows say nothing about new ones.
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
    # time_left_for_this_task: 600 # seconds for the whole search
    per_run_time_limit: 60 # seconds for one fit; a trial has one per fold
    n_jobs: 2
    seed: 42

  nas:
    space: tabular
    strategy: bayesian
    max_trials: 8
    # time_left_for_this_task: 600
    per_run_time_limit: 120 # seconds to train one network
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
    # time_left_for_this_task: 1800 # seconds for the whole search
    per_run_time_limit: 300 # seconds to train one network
    n_jobs: 2
    seed: 42

  evaluation: {}
"""

_QUESTIONS = ("    # What only you know (docs/domain-knowledge.md): uncomment what applies, and name your column.",)
_SMOKE_NAS = "  nas: {max_trials: 2, epochs: 2, final_epochs: 2, final_seeds: 1, n_jobs: 1}\n"
_SMOKE_SEARCH = "  model_search: {max_trials: 3, families: [linear, random_forest], n_jobs: 1}\n"


def task_files(guess: Guess) -> dict[str, str]:
    """Return the text of each file by its path relative to the project, parameters first."""
    table = guess.modality == "tabular"
    kind = "tables.RawTableDataset" if table else "arrays.RawArraysDataset"
    smoke = f"{guess.name}:\n" + (_SMOKE_SEARCH if table else "") + _SMOKE_NAS
    return {
        f"conf/base/parameters/{guess.name}.yml": _parameters(guess) + (_TABLE_STAGES if table else _SAMPLE_STAGES),
        f"conf/base/catalog/{guess.name}.yml": _CATALOG.format(name=guess.name, kind=kind, file=scalar(guess.file)),
        f"conf/smoke/parameters/{guess.name}.yml": smoke,
    }


def scalar(value: object) -> str:
    """Return *value* as one line of YAML that Kedro reads back unchanged."""
    if not isinstance(value, str):
        return json.dumps(value)
    # OmegaConf reads "${" as a reference, and "\\${" as plain text.
    return key(_REFERENCE.sub(lambda found: found.group(1) * 2 + "\\${", value))


def key(name: str) -> str:
    """Return *name* as a YAML key on one line; keys hold no references."""
    if _PLAIN.fullmatch(name) and name.lower() not in _WORDS:
        return name
    text = json.dumps(name, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in text)


def task_name(file: str) -> str:
    """Return a task name for a file: ``Kunden Export 2024`` becomes ``kunden_export_2024``."""
    if file.isidentifier() and file.isascii():
        return file
    plain = unicodedata.normalize("NFKD", file).encode("ascii", "ignore").decode()
    name = _NAME.sub("_", plain).strip("_").lower()
    return f"task_{name}" if name[:1].isdigit() else name


def _parameters(guess: Guess) -> str:
    lines = [
        f"# Written by `kedro add-task` from {shown(guess.file, 200)} ({guess.size}).",
        "# Check everything that is marked as guessed. Comments have no effect.",
        f"{guess.name}:",
        "  task:",
        f"    modality: {guess.modality}",
        f"    target: {scalar(guess.target)}",
        f"    problem: {guess.problem} # {guess.why}",
    ]
    if guess.positive is not None:
        lines.append(f"    positive: {scalar(guess.positive)} # guessed: the class whose probability metrics use")
    lines.append(f"    metric: {guess.metric} # others: {', '.join(metric_names(guess.problem))}")
    if guess.split:
        lines.append("    split_column: split")
    if guess.columns:
        lines += [*_QUESTIONS, *_questions(guess), *_roles(guess)]
    lines.append('    about: "" # one sentence for the report')
    return "\n".join(lines) + "\n"


def _roles(guess: Guess) -> list[str]:
    """A comment per column with its inferred role and the evidence for it."""
    few = len(guess.columns) <= _MAX_LISTED
    listed = [column for column in guess.columns if few or column.role != "numeric"]
    if not listed:
        return []
    lines = [
        f"    # Guessed roles; others: {', '.join(ROLES)}. To set one, uncomment `roles:` and its line.",
        "    # roles:",
    ]
    for column in listed:
        seen = f"{shown(column.dtype)}, {column.unique} distinct, {column.missing:.0%} missing"
        lines.append(f"    #   {key(_cut(column.name))}: {column.role} # {seen}")
    return lines


def _questions(guess: Guess) -> list[str]:
    """Settings that a file cannot answer, with the likeliest column, if any."""
    group, time = next(iter(guess.groups), None), next(iter(guess.times), None)
    lines = [
        f"    # group: {scalar(_cut(group or 'customer'))} # rows with the same value stay on one side of every split",
        f"    # time: {scalar(_cut(time or 'month'))} # orders the rows; validation then uses later rows",
        "    # weight: exposure # column of sample weights",
        "    # sensitive: [sex] # the report compares groups of these columns",
    ]
    lines += [
        f"    # favourable: {scalar(label)} # if this outcome benefits the person concerned (a granted loan)"
        for label in guess.classes
    ]
    return lines if guess.split else [*lines, "    # split_column: part # `train` or `holdout` for each row"]


def _cut(name: str) -> str:
    return name if len(name) <= _MAX_NAME_LENGTH else f"{name[:_MAX_NAME_LENGTH]}…"
