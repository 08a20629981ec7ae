"""The files of a new task: parameters, small parameters for a quick try, and the catalog entry of its raw file.

What was guessed of columns is written as comments. A role that stands in the settings is a person's word: checks do not
doubt it, the table has to have the column, and reports say that it was given.
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
_LONGEST = 200  # letters of a column's name in a comment
_MANY = 60  # columns from which plain numbers are not listed one by one

_CATALOG = """\
{name}.raw:
  type: automl_flow.datasets.{kind}
  filepath: {file}

# Rows to predict. As long as this names the file that the model learns from, predictions.csv says how well the model
# knows its own rows and nothing about new ones: put the path of your new rows here, then `kedro run --tags=inference`.
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
    # time_left_for_this_task: 600 # seconds for the whole search, a safety stop
    per_run_time_limit: 60 # seconds for one fit; a trial has one for each fold
    n_jobs: 2
    seed: 42

  nas:
    space: tabular
    strategy: bayesian
    max_trials: 8
    # time_left_for_this_task: 600
    per_run_time_limit: 120 # seconds for one training of a network
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
    # time_left_for_this_task: 1800 # seconds for the whole search, a safety stop
    per_run_time_limit: 300 # seconds for one training of a network
    n_jobs: 2
    seed: 42

  evaluation: {}
"""

_QUESTIONS = (
    "    # What only you know (docs/domain-knowledge.md): remove the # where it applies, and name the column.",
)
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
    """Return *value* as YAML on one line that Kedro reads back as the same value."""
    if not isinstance(value, str):
        return json.dumps(value)
    # OmegaConf reads "${" as a reference, and "\\${" as these two letters.
    return key(_REFERENCE.sub(lambda found: found.group(1) * 2 + "\\${", value))


def key(name: str) -> str:
    """Return *name* as a key of YAML on one line; in keys there are no references."""
    if _PLAIN.fullmatch(name) and name.lower() not in _WORDS:
        return name
    text = json.dumps(name, ensure_ascii=False)
    return "".join(letter if letter.isprintable() else f"\\U{ord(letter):08x}" for letter in text)


def task_name(file: str) -> str:
    """Return a name for the task of a file: ``Kunden Export 2024`` becomes ``kunden_export_2024``."""
    if file.isidentifier() and file.isascii():
        return file
    plain = unicodedata.normalize("NFKD", file).encode("ascii", "ignore").decode()
    name = _NAME.sub("_", plain).strip("_").lower()
    return f"task_{name}" if name[:1].isdigit() else name


def _parameters(guess: Guess) -> str:
    lines = [
        f"# Written by `kedro add-task` after a look at {shown(guess.file, 200)} ({guess.size}).",
        "# Everything marked as guessed is for you to correct; what stands in a comment is not in force.",
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
        lines += [*_QUESTIONS, *_questions(guess), *_roles(guess)]
    lines.append('    about: "" # one sentence for the report')
    return "\n".join(lines) + "\n"


def _roles(guess: Guess) -> list[str]:
    """A comment per column with its guessed role and what it was read off."""
    few = len(guess.columns) <= _MANY
    told = [column for column in guess.columns if few or column.role != "numeric"]
    if not told:
        return []
    lines = [
        f"    # Guessed roles; others: {', '.join(ROLES)}. To set one, remove the # of `roles:` and of its line.",
        "    # roles:",
    ]
    for column in told:
        seen = f"{shown(column.dtype)}, {column.unique} distinct, {column.missing:.0%} missing"
        lines.append(f"    #   {key(_cut(column.name))}: {column.role} # {seen}")
    return lines


def _questions(guess: Guess) -> list[str]:
    """Settings that no file can answer, with the column that looks most like one where there is one."""
    group, time = next(iter(guess.groups), None), next(iter(guess.times), None)
    lines = [
        f"    # group: {scalar(_cut(group or 'customer'))} # rows with one value of it stay on one side of every split",
        f"    # time: {scalar(_cut(time or 'month'))} # orders the rows; validation then lies after training",
        "    # weight: exposure # column of sample weights",
        "    # sensitive: [sex] # columns for which the report compares groups",
    ]
    lines += [
        f"    # favourable: {scalar(label)} # if this outcome is good for the person concerned (a loan granted)"
        for label in guess.classes
    ]
    return lines if guess.split else [*lines, "    # split_column: part # holds `train` and `holdout` for each row"]


def _cut(name: str) -> str:
    return name if len(name) <= _LONGEST else f"{name[:_LONGEST]}…"
