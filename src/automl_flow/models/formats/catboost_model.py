"""Validation of CatBoost models: every index is checked before CatBoost follows it.

A model is a FlatBuffers table with the trees (``model.fbs`` in CatBoost's sources) and one table of category statistics
per category set (``ctr_data.fbs``), which CatBoost reads unchecked. Field numbers are those of these two files; fields
that our models never use must be empty.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.documents import parse_json
from automl_flow.core.errors import ArtifactError, shown
from automl_flow.models.formats.flatbuffer import Table

_FORMAT = "FlabuffersModel_v1"
_STATISTICS = "static_provider_v1"
_INFO = {
    "catboost_version_info", "class_params", "output_options", "params", "training", "model_guid", "train_finish_time",
}  # fmt: skip
_MAX_OUTPUTS, _MAX_DEPTH, _MAX_PER_BIN = 10_000, 16, 254
_BORDERS, _BUCKETS, _COUNTER = 0, 1, 4  # kinds of category statistics; 2 and 3 are means, which we do not use
_BUCKET = np.dtype([("hash", "<u8"), ("index", "<u4")])
_EMPTY = (1 << 64) - 1
_BIN = np.dtype([("feature", "<u2"), ("mask", "u1"), ("split", "u1")])

Key = tuple[Any, ...]


def check_model(content: bytes) -> None:
    """Check a model in CatBoost's binary format.

    Raises:
        ArtifactError: We did not write it: lengths or indices are inconsistent, or a lookup in a statistics table would
            not terminate.
    """
    if content[:4] != b"CBM1":
        raise ArtifactError("not a model in CatBoost's binary format")
    core, place = _sized(content, 4)
    root = Table.root(core)
    parts = root.texts(3)
    if root.text(0) != _FORMAT or parts not in ([], [_STATISTICS]):
        raise ArtifactError(f"unknown format {shown(root.text(0))!r} or parts {shown(parts)}")
    _check_info(root)
    trees = root.table(1)
    columns = _Columns.of(trees)
    _check_trees(trees, columns)
    known = _check_statistics(content, place, len(parts))
    for key, border in columns.statistics:
        kind, classes = key[-1], known.get(key)
        if classes is None:
            raise ArtifactError("category statistics used by the trees are missing")
        if kind != _COUNTER and not 0 <= border < classes:
            raise ArtifactError(f"category statistics of class {border}, but there are {classes} classes")


def _check_info(root: Table) -> None:
    for entry in root.tables(2):
        name, text = entry.text(0), entry.text(1)
        if name not in _INFO:
            raise ArtifactError(f"unknown metadata {shown(name)!r}")
        if text[:1] in ("{", "["):
            parse_json(text.encode(), name)


@dataclass(frozen=True)
class _Columns:
    """Features that trees may split on.

    Attributes:
        bins: For each possible split, in CatBoost's numbering: the place of its result, and whether it tests for a
            single category.
        statistics: The category statistics needed, with their classes.
    """

    bins: NDArray[Any]
    statistics: tuple[tuple[Key, int], ...]

    @classmethod
    def of(cls, trees: Table) -> _Columns:
        if any(trees.tables(field) for field in (12, 13, 18)):
            raise ArtifactError("text and embedding columns are not supported")
        categories, numbers = trees.tables(4), trees.tables(5)
        _check_places(categories, 0, 1)
        _check_places(numbers, 1, 2)
        flat = sorted([t.number(1, "i", -1) for t in categories] + [t.number(2, "i", -1) for t in numbers])
        if flat != list(range(len(flat))):
            raise ArtifactError("columns must be numbered consecutively")
        used = {place for place, table in enumerate(categories) if table.number(3, "b", 1)}
        borders = [table.array(3, "<f4") for table in numbers]
        if not all(table.number(5, "b") in (0, 1, 2) for table in numbers):
            raise ArtifactError("unknown treatment of missing values")
        single = trees.tables(6)
        if not all(table.number(0, "i", -1) in used and not table.texts(2) for table in single):
            raise ArtifactError("a one-hot split refers to an unknown column, or has string categories")
        sets = trees.tables(7)
        asked = tuple((_base(table.table(0).table(0), used), table.table(0).number(1, "i")) for table in sets)
        groups = [(values, False) for values in borders if len(values)]
        groups += [(table.array(1, "<i4"), True) for table in single]
        groups += [(table.array(1, "<f4"), False) for table in sets]
        if not all(np.isfinite(values).all() and (np.diff(values.astype(float)) >= 0).all() for values, _ in groups):
            raise ArtifactError("split borders must be finite and sorted")
        return cls(_bins(groups), asked)


def _check_places(tables: list[Table], index: int, flat: int) -> None:
    places = [(table.number(index, "i", -1), table.number(flat, "i", -1)) for table in tables]
    if [place for place, _ in places] != list(range(len(tables))) or places != sorted(places, key=lambda pair: pair[1]):
        raise ArtifactError("columns of one kind must be numbered consecutively")


def _base(table: Table, used: set[int] | None = None) -> Key:
    """Key of category statistics: categorical columns, other conditions, and the kind."""
    combination, kind = table.table(0), table.number(1, "b")
    categories = combination.array(0, "<i4")
    known = used is None or set(categories.tolist()) <= used
    if kind not in (_BORDERS, _BUCKETS, _COUNTER) or len(categories) == 0 or not known:
        raise ArtifactError(f"category statistics of unknown kind {kind} or unknown columns")
    others = combination.array(1, "<i4,<f4"), combination.array(2, "<i4,<i4")
    return (categories.tobytes(), others[0].tobytes(), others[1].tobytes(), kind)


def _bins(groups: list[tuple[NDArray[Any], bool]]) -> NDArray[Any]:
    """Number all borders of all groups: a bin holds up to 254 of them, and groups never share a bin."""
    bins, before = [np.empty(0, _BIN)], 0
    for values, single in groups:
        place = np.arange(len(values))
        own = np.zeros(len(values), _BIN)
        own["feature"] = np.minimum(before + place // _MAX_PER_BIN, 0xFFFF)
        split = place % _MAX_PER_BIN + 1
        own["mask"], own["split"] = (~split & 0xFF if single else 0), (0xFF if single else split)
        bins.append(own)
        before += -(-len(values) // _MAX_PER_BIN)
    if before > 0xFFFF:
        raise ArtifactError(f"{before} bins of split borders, at most {0xFFFF}")
    return np.concatenate(bins)


def _check_trees(trees: Table, columns: _Columns) -> None:
    splits, sizes, starts = (trees.array(field, "<i4") for field in (1, 2, 3))
    outputs = trees.number(0, "i")
    if len(trees.array(10, "<u4")) or len(trees.array(11, "<u4")) or not 1 <= outputs <= _MAX_OUTPUTS:
        raise ArtifactError(f"trees must be symmetric with 1 to {_MAX_OUTPUTS} outputs, got {outputs}")
    if len(sizes) == 0 or sizes.min() < 0 or sizes.max() > _MAX_DEPTH:
        raise ArtifactError(f"there must be trees, at most {_MAX_DEPTH} deep")
    ends = np.cumsum(sizes, dtype=np.int64)
    if len(splits) != ends[-1] or not np.array_equal(starts, ends - sizes):
        raise ArtifactError("trees must be stored one after another")
    if not ((splits >= 0) & (splits < len(columns.bins))).all():
        raise ArtifactError(f"a split index is out of range, there are {len(columns.bins)} possible splits")
    if not np.array_equal(trees.array(17, "<u2,u1,u1").view(_BIN), columns.bins[splits]):
        raise ArtifactError("stored bins do not match the splits")
    leaves = int((1 << sizes.astype(np.int64)).sum())
    values, weights = trees.array(8, "<f8"), trees.array(9, "<f8")
    if len(values) != leaves * outputs or len(weights) not in (0, leaves) or not np.isfinite(values).all():
        raise ArtifactError(
            f"{leaves} leaves and {outputs} outputs need {leaves * outputs} finite values, got {len(values)}"
        )
    if len(trees.array(16, "<f8")) not in (0, outputs):
        raise ArtifactError(f"there must be one bias per output, {outputs}")


def _check_statistics(content: bytes, place: int, parts: int) -> dict[Key, int]:
    """Return the number of classes of each table of category statistics; none if the model has no such part."""
    count, place = _number(content, place) if parts else (0, place)
    found: dict[Key, int] = {}
    for _ in range(count):
        part, place = _sized(content, place)
        table = Table.root(part)
        key = _base(table.table(0))
        if key in found:
            raise ArtifactError("duplicate table of category statistics")
        found[key] = _check_table(table, key[-1])
    if place != len(content):
        raise ArtifactError("trailing bytes after the model")
    return found


def _check_table(table: Table, kind: int) -> int:
    classes = table.number(4, "i")
    buckets = table.array(1, "u1")
    if len(buckets) % _BUCKET.itemsize:
        raise ArtifactError("category statistics are cut off")
    records = np.frombuffer(buckets.tobytes(), _BUCKET)
    filled = records["hash"] != _EMPTY
    if len(records) == 0 or len(records) & (len(records) - 1) or filled.all():
        raise ArtifactError("a lookup in the category statistics would not terminate")
    if kind != _COUNTER and not 2 <= classes <= _MAX_OUTPUTS:
        raise ArtifactError(f"category statistics must have 2 to {_MAX_OUTPUTS} classes, got {classes}")
    rows = len(table.array(2, "u1")) // (4 if kind == _COUNTER else 4 * classes)
    if (records["index"][filled] >= rows).any():
        raise ArtifactError(f"a category refers to a row out of range, there are {rows}")
    return int(classes)


def _number(content: bytes, place: int) -> tuple[int, int]:
    if place + 4 > len(content):
        raise ArtifactError("the model is cut off")
    return int(struct.unpack_from("<I", content, place)[0]), place + 4


def _sized(content: bytes, place: int) -> tuple[bytes, int]:
    size, place = _number(content, place)
    if size > len(content) - place:
        raise ArtifactError("the model is cut off")
    return content[place : place + size], place + size
