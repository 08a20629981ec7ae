"""Images and sequences in NPZ files."""

from __future__ import annotations

import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, nearest, quoted, shown
from automl_flow.core.files import refuse_expansion
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.types import Modality

_ENCRYPTED = 0x1  # a flag of the ZIP format


@dataclass(frozen=True)
class ArrayData:
    """Samples and their target.

    Attributes:
        x: Images (n, height, width, channels), or sequences (n, channels, steps).
        y: Target, shape (n,); (n, k) for k targets.
        split: ``"train"`` or ``"holdout"`` for each sample, or ``None`` if the data do not define a split.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    split: NDArray[Any] | None = None


def load_arrays(path: Path, source: str = "") -> dict[str, NDArray[Any]]:
    """Read all arrays of an NPZ file by name; pickled objects are refused.

    Args:
        path: The file.
        source: Where *path* is set (file and key), for errors.

    Raises:
        DataError: The file is missing or damaged, holds anything but plain arrays, or would be far larger in memory
            than on disk.
    """
    path = Path(path)
    told = f" (given in {source})" if source else ""
    if not path.is_file():
        neighbours = [p.name for p in path.parent.glob("*") if p.is_file()] if path.parent.is_dir() else []
        raise DataError(f"{path}{told}: no such file{nearest(path.name, neighbours)}")
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
            refuse_expansion(path, sum(member.file_size for member in members))
            names = [member.filename.removesuffix(".npy") for member in members]
            if len(set(names)) < len(names):
                raise ValueError("two arrays have the same name")
            return {name: _read_member(archive, member) for name, member in zip(names, members, strict=True)}
    except DataError:
        raise
    except Exception as error:  # from zipfile, the decompressor or NumPy
        cause = shown(" ".join(str(error).split()) or type(error).__name__, 200)
        raise DataError(f"{path}{told}: cannot be read as an NPZ file of plain arrays: {cause}") from None


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> NDArray[Any]:
    """Read an array after checking its header."""
    name = shown(member.filename)
    if not member.filename.endswith(".npy"):
        raise ValueError(f"{name} is not an array; write the file with np.savez_compressed")
    if member.flag_bits & _ENCRYPTED:
        raise ValueError(f"{name} is encrypted; unpack it")
    with archive.open(member) as file:
        version = np.lib.format.read_magic(file)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, _, dtype = read_header(file)
    if dtype.hasobject or dtype.kind == "V" or not dtype.itemsize:
        raise ValueError(f"{name} holds {dtype}, which are not numbers, text or times")
    if math.prod(shape) * dtype.itemsize > member.file_size:
        raise ValueError(f"{name} has fewer values than its header says")
    with archive.open(member) as file:
        return np.asarray(np.lib.format.read_array(file, allow_pickle=False))


def select_arrays(arrays: Mapping[str, NDArray[Any]], task: TaskSpec, source: str) -> ArrayData:
    """Select samples, target and split from the arrays of a file.

    Raises:
        DataError: An array is missing, or shapes do not fit.
    """
    for name in ("x", *task.targets, *filter(None, [task.split_column])):
        if name not in arrays:
            raise DataError(f"{source}: has no array {quoted(name)}{nearest(name, arrays)}")
    split = arrays[task.split_column] if task.split_column else None
    y = arrays[task.targets[0]]
    if task.problem_type.multiple_targets:
        shapes = {name: arrays[name].shape for name in task.targets}
        if len(set(shapes.values())) > 1 or y.ndim != 1:
            raise DataError(f"{source}: each target must have the shape (n,), got {shapes}")
        y = np.column_stack([arrays[name] for name in task.targets])
    return check_arrays(ArrayData(arrays["x"], y, split), task.modality, source)


def check_arrays(data: ArrayData, modality: Modality, source: str) -> ArrayData:
    """Return *data* with a channel axis.

    It is added to grey images (n, h, w) and to univariate sequences (n, steps).

    Raises:
        DataError: Wrong number of axes, no samples, different lengths, or values that are not numbers.
    """
    x = np.asarray(data.x)
    wanted = {"image": (3, 4), "sequence": (2, 3)}.get(modality, (2, 2))
    if x.ndim not in wanted:
        form = {"image": "(n, height, width[, channels])", "sequence": "(n[, channels], steps)"}.get(modality, "(n, d)")
        raise DataError(f"{source}: {modality} data must have the shape {form}, got {x.shape}")
    if x.dtype.kind not in "uifb":
        raise DataError(f"{source}: x must hold numbers, got {x.dtype}")
    if 0 in x.shape:
        raise DataError(f"{source}: x is empty, its shape is {x.shape}")
    if len(x) != len(data.y) or (data.split is not None and len(x) != len(data.split)):
        raise DataError(f"{source}: x has {len(x)} samples and the target has {len(data.y)}; they must be equal")
    if modality == "image" and x.ndim == 3:
        x = x[..., np.newaxis]
    if modality == "sequence" and x.ndim == 2:
        x = x[:, np.newaxis, :]
    return ArrayData(x, np.asarray(data.y), data.split)
