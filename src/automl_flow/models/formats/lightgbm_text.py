"""LightGBM's model text, reduced to what prediction needs, with every index checked.

LightGBM follows out-of-bounds indices and aborts the process on some malformed text. It is therefore given text that is
rewritten from known fields, so that it parses exactly what was checked.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.documents import parse_json
from automl_flow.core.errors import ArtifactError, nearest, shown

Fields = dict[str, str]

_MAX_FEATURES = 10_000_000
_NUMBERS = re.compile(r"(?:-?(?:\d+(?:\.\d+)?(?:e[-+]?\d+)?|inf)(?: (?=[-\di])|$))*", re.ASCII)
_WHOLES = re.compile(r"(?:-?\d+(?: (?=[-\d])|$))*", re.ASCII)  # LightGBM reads "1.0" as two numbers, 1 and 0
_OBJECTIVE = re.compile(r"binary sigmoid:1|multiclass num_class:\d{1,6}|regression|regression_l1|quantile")
_HEADER = ("version", "num_class", "num_tree_per_iteration", "label_index", "max_feature_idx", "objective")
_PER_FEATURE = ("feature_names", "monotone_constraints", "feature_infos")
_TREE = (
    "num_leaves", "num_cat", "split_feature", "threshold", "decision_type", "left_child", "right_child", "leaf_value",
    "cat_boundaries", "cat_threshold", "is_linear", "shrinkage",
)  # fmt: skip
_CATEGORICAL, _KNOWN_DECISIONS = 1, 12  # 1: categories, 2: missing go left, 4 and 8: what counts as missing


def canonical(text: str) -> str:
    """Return a model text reduced to what prediction needs; a reduced text is returned unchanged.

    Raises:
        ArtifactError: We did not write it: a field is missing or has the wrong length, a number is malformed, an index
            is out of bounds, or a tree has a cycle.
    """
    head, *blocks = text.split("Tree=")
    last, separator, tail = blocks[-1].partition("end of trees") if blocks else ("", "", "")
    if not separator:
        raise ArtifactError("the model text is cut off: 'end of trees' is missing")
    header = _header(head)
    trees = [_tree(number, block, header) for number, block in enumerate([*blocks[:-1], last])]
    if len(trees) % header.per_step:
        raise ArtifactError(f"{len(trees)} trees cannot be divided into boosting steps of {header.per_step}")
    sizes = " ".join(str(len(tree.encode())) for tree in trees)
    names = _categories(tail, header.features)
    return f"{header.text}tree_sizes={sizes}\n\n{''.join(trees)}end of trees\n\npandas_categorical:{names}\n"


@dataclass(frozen=True)
class _Header:
    text: str
    features: int
    per_step: int


def _header(block: str) -> _Header:
    first, _, rest = block.partition("\n")
    fields = _fields(rest)
    missing = [name for name in (*_HEADER, "feature_names", "feature_infos") if name not in fields]
    if first != "tree" or missing or fields["version"] != "v4":
        raise ArtifactError(
            f"not a LightGBM model text of version v4: {', '.join(missing) or 'version'} missing or wrong"
        )
    classes, per_step = _whole(fields, "num_class"), _whole(fields, "num_tree_per_iteration")
    features = _whole(fields, "max_feature_idx") + 1
    objective = fields["objective"]
    several = classes > 1 or objective.startswith("multiclass")
    if not _OBJECTIVE.fullmatch(objective) or (several and objective != f"multiclass num_class:{classes}"):
        raise ArtifactError(f"objective {shown(objective)!r} does not match {classes} classes")
    if per_step != classes or not 1 <= features <= _MAX_FEATURES or fields["label_index"] != "0":
        raise ArtifactError(
            f"inconsistent header: {per_step} trees per step, {classes} classes, {features} columns, or label_index"
        )
    for name in _PER_FEATURE:
        if name in fields and len(fields[name].split(" ")) != features:
            raise ArtifactError(f"{name} must have {features} items")
    _numbers(fields, "monotone_constraints", features if "monotone_constraints" in fields else 0)
    kept = [name for name in (*_HEADER, *_PER_FEATURE) if name in fields]
    text = "tree\n" + "".join(f"{name}={fields[name]}\n" for name in kept)
    return _Header(text, features, per_step)


def _tree(number: int, block: str, header: _Header) -> str:
    first, _, rest = block.partition("\n")
    fields = _fields(rest)
    if first != str(number):
        raise ArtifactError(f"expected tree {number}, got tree {shown(first)}")
    leaves, sets = _whole(fields, "num_leaves"), _whole(fields, "num_cat")
    if leaves < 1 or fields.get("is_linear", "0") != "0":
        raise ArtifactError(f"tree {number}: must have at least one leaf, and no linear leaves")
    inner = leaves - 1
    values = {name: _numbers(fields, name, inner, whole=True) for name in ("split_feature", "decision_type")}
    values["threshold"] = _numbers(fields, "threshold", inner)
    children = [_numbers(fields, name, inner, whole=True) for name in ("left_child", "right_child")]
    _numbers(fields, "leaf_value", leaves, finite=True)
    _numbers(fields, "shrinkage", 1, finite=True)
    _check_splits(number, values, header.features, sets)
    _check_children(number, children, leaves)
    _check_sets(number, fields, sets)
    kept = [name for name in _TREE if name in fields and (sets or not name.startswith("cat_"))]
    return f"Tree={number}\n" + "".join(f"{name}={fields[name]}\n" for name in kept) + "\n\n"


def _check_splits(number: int, values: Mapping[str, NDArray[Any]], features: int, sets: int) -> None:
    columns, decisions = values["split_feature"], values["decision_type"]
    if not _all_between(decisions, 0, _KNOWN_DECISIONS):
        raise ArtifactError(f"tree {number}: unknown decision_type")
    if not _all_between(columns, 0, features):
        raise ArtifactError(f"tree {number}: split_feature out of range, at most {features - 1}")
    chosen = values["threshold"][decisions.astype(np.int64) & _CATEGORICAL == 1]
    if not _all_between(chosen, 0, sets) or (chosen % 1).any():
        raise ArtifactError(f"tree {number}: a split refers to a category set out of range, {sets} defined")


def _check_children(number: int, children: list[NDArray[Any]], leaves: int) -> None:
    """A non-negative child is a node and comes after its parent; -1, -2 … are leaves."""
    place = np.arange(leaves - 1)
    for child in children:
        ends = child < 0
        if not (np.where(ends, child >= -leaves, (child > place) & (child < leaves - 1))).all():
            raise ArtifactError(f"tree {number}: a child must come after its parent")


def _check_sets(number: int, fields: Fields, sets: int) -> None:
    if sets == 0:
        return
    bounds = _numbers(fields, "cat_boundaries", sets + 1, whole=True)
    words = _numbers(fields, "cat_threshold", int(bounds[-1]) if _all_between(bounds, 0, 1 << 31) else -1, whole=True)
    if bounds[0] != 0 or (np.diff(bounds) < 1).any():
        raise ArtifactError(f"tree {number}: cat_boundaries must start at 0 and increase")
    if not _all_between(words, 0, 1 << 32):
        raise ArtifactError(f"tree {number}: cat_threshold must hold 32-bit numbers")


def _fields(block: str) -> Fields:
    """Lines ``name=value``; empty lines are skipped."""
    found: Fields = {}
    for line in block.split("\n"):
        name, separator, value = line.partition("=")
        if name in found or (line and not separator):
            raise ArtifactError(f"the line {shown(line)!r} is not a field, or a duplicate")
        if separator:
            found[name] = value
    return found


def _whole(fields: Fields, name: str) -> int:
    text = fields.get(name, "")
    if not re.fullmatch(r"\d{1,9}", text, re.ASCII):
        raise ArtifactError(f"{name} must be a whole number, got {shown(text)!r}{nearest(name, fields)}")
    return int(text)


def _numbers(
    fields: Fields, name: str, count: int, *, finite: bool = False, whole: bool = False
) -> NDArray[np.float64]:
    text = fields.get(name, "")
    if not (_WHOLES if whole else _NUMBERS).fullmatch(text):
        raise ArtifactError(f"{name} must hold {'whole ' if whole else ''}numbers")
    values = np.array(text.split(), dtype=np.float64)
    if len(values) != count or (finite and not np.isfinite(values).all()):
        raise ArtifactError(f"{name} must hold {count} {'finite ' if finite else ''}numbers, got {len(values)}")
    return values


def _all_between(values: NDArray[Any], low: int, high: int) -> bool:
    return bool(((values >= low) & (values < high)).all())


def _categories(tail: str, features: int) -> str:
    """The pandas categories of each categorical column: the last line of the text."""
    line = tail.strip().rpartition("\n")[2].partition("pandas_categorical:")[2]
    if not line or line == "null":
        return "null"
    columns = parse_json(line.encode(), "pandas_categorical")
    if not isinstance(columns, list) or len(columns) > features:
        raise ArtifactError("pandas_categorical must be a list of category lists")
    for names in columns:
        if not isinstance(names, list) or not all(isinstance(name, (str, int, float, bool)) for name in names):
            raise ArtifactError("pandas_categorical must be a list of category lists")
    return line
