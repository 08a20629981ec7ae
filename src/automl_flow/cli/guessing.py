"""Inference of a task from a raw file: modality, problem, positive class, metric and column roles."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, nearest
from automl_flow.tasks.arrays import load_arrays, select_arrays
from automl_flow.tasks.profile import ColumnProfile, is_key_name, profile_table
from automl_flow.tasks.readers import read_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import encode_target, guess_problem
from automl_flow.tasks.types import Label, Modality, Problem

_POSITIVE = ("1", "yes", "y", "true", "t", "positive", "pos")


@dataclass(frozen=True)
class Guess:
    """A task as inferred from a file.

    Attributes:
        name: Name of the task.
        file: Path of the raw file, relative to the project.
        modality: Kind of one sample.
        target: Column or array to predict.
        problem: Kind of target.
        why: Evidence for the problem.
        positive: Class whose probability binary metrics look at.
        metric: The metric to optimise.
        columns: Feature columns of a table with their inferred roles.
        groups: Columns that look like keys of entities with several rows each (customers, devices).
        times: Date columns.
        classes: The two classes of a binary problem.
        split: Whether an NPZ file defines the split.
        size: Size of the data, in words.
    """

    name: str
    file: str
    modality: Modality
    target: str
    problem: Problem
    why: str
    positive: Label | None
    metric: str
    columns: tuple[ColumnProfile, ...]
    split: bool
    size: str
    groups: tuple[str, ...] = ()
    times: tuple[str, ...] = ()
    classes: tuple[Label, ...] = ()


def guess_task(
    path: Path, *, file: str, name: str, target: str, problem: str | None = None, modality: str | None = None
) -> Guess:
    """Inspect a file and infer everything that is not given.

    Args:
        path: The file.
        file: Its path relative to the project, for messages.
        name: Name of the task.
        target: Column or array to predict.
        problem: Kind of target, if given.
        modality: Kind of one sample of an NPZ file, if given.

    Raises:
        DataError: The file cannot be read, or has no such target, or the target cannot be learned.
    """
    if path.suffix == ".npz":
        arrays = load_arrays(path)
        return _guess_arrays(arrays, file=file, name=name, target=target, problem=problem, modality=modality)
    table = read_table(path)
    if target not in table.columns:
        raise DataError(f"--target: {file} has no column {target!r}{nearest(target, table.columns)}")
    chosen, why = _problem(table[target], problem)
    spec = TaskSpec(name=name, target=target, problem=chosen)
    rows = table[table[target].notna()]
    classes = (encode_target(rows[target], spec).classes or ()) if chosen == "binary" else ()
    positive = _positive(classes, rows[target]) if classes else None
    columns = profile_table(table, spec).columns
    size = f"{len(table)} rows, {table.shape[1]} columns"
    groups = tuple(c.name for c in columns if 1 < c.unique <= len(table) / 2 and is_key_name(c.name))
    times = tuple(c.name for c in columns if c.role == "datetime")
    guess = Guess(name, file, "tabular", target, chosen, why, positive, spec.metric_name, columns, False, size)
    return replace(guess, groups=groups, times=times, classes=classes)


def _guess_arrays(
    arrays: dict[str, NDArray[Any]], *, file: str, name: str, target: str, problem: str | None, modality: str | None
) -> Guess:
    for wanted in ("x", target):
        if wanted not in arrays:
            raise DataError(f"--target: {file} has no array {wanted!r}{nearest(wanted, arrays)}")
    shape = arrays["x"].shape
    kind = cast("Modality", modality or _modality(shape))
    chosen, why = _problem(pd.Series(arrays[target]), problem)
    split = "split" in arrays
    spec = TaskSpec(name=name, modality=kind, target=target, problem=chosen, split_column="split" if split else None)
    data = select_arrays(arrays, spec, file)
    classes = encode_target(data.y, spec).classes
    positive = _positive(classes, pd.Series(data.y)) if chosen == "binary" else None
    size = f"samples of shape {shape[1:]}, {shape[0]} of them"
    return Guess(name, file, kind, target, chosen, why, positive, spec.metric_name, (), split, size)


def _modality(shape: tuple[int, ...]) -> Modality:
    """Arrays with four axes, or with square planes, are images; all others are sequences."""
    return "image" if len(shape) == 4 or (len(shape) == 3 and shape[1] == shape[2]) else "sequence"


def _problem(target: pd.Series[Any], given: str | None) -> tuple[Problem, str]:
    distinct = int(target.dropna().nunique())
    seen = f"{distinct} distinct values of {target.dtype}"
    return (cast("Problem", given), "given") if given else (guess_problem(target), f"guessed: {seen}")


def _positive(classes: tuple[Label, ...] | None, target: pd.Series[Any]) -> Label | None:
    """The class that means "yes"; otherwise the rarer one."""
    for value in classes or ():
        if str(value).lower() in _POSITIVE:
            return value
    counts = target.value_counts()
    rarest = counts.index[int(np.argmin(counts.to_numpy()))]
    return cast("Label", rarest.item() if isinstance(rarest, np.generic) else rarest)
