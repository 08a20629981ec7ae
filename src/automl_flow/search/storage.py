"""scikit-learn objects as bytes, by skops: only types on a list fixed here are ever restored."""

from __future__ import annotations

import importlib
import io
import json
import sys
import tempfile
import threading
import zipfile
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from automl_flow import features, recipes
from automl_flow.core.errors import ArtifactError
from automl_flow.core.files import storage_errors
from automl_flow.core.imports import hidden

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Models, beyond what skops trusts by itself. Everything here is plain data with code of a library that the model
# needs anyway.
_TRUSTED = frozenset(
    {
        "sklearn._loss.loss.HalfBinomialLoss",
        "sklearn._loss.loss.HalfMultinomialLoss",
        "sklearn._loss.loss.HalfSquaredError",
        "sklearn._loss.loss.PinballLoss",
        "sklearn.compose._column_transformer._RemainderColsList",
        "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
        "sklearn.metrics._dist_metrics.DistanceMetric",
        "sklearn.metrics._dist_metrics.EuclideanDistance64",
        "sklearn.metrics._dist_metrics.ManhattanDistance64",
        "sklearn.metrics._dist_metrics.MinkowskiDistance64",
        "sklearn.neighbors._kd_tree.KDTree",
        "sklearn.neighbors._kd_tree.KDTree64",
        "sklearn.tree._tree.Tree",
        "collections.OrderedDict",
        *recipes.TRUSTED_TYPES,
        *features.TRUSTED_TYPES,
    }
)
_LARGE = 1 << 20  # bytes beyond which a draft is on disk and not in memory
_WRITING = threading.Lock()  # a forest takes its memory twice while it is written: one at a time
_UNWANTED = "sklearn.externals.array_api_compat.torch"


def prepare() -> None:
    """Import what storing needs, before it is needed, in a process that is ours alone.

    As it is imported, skops lists the estimators of scikit-learn, which imports all of it: half a second, and 8 MB.
    Here it gets no list, and :func:`_is_estimator` says the same. Others in the process could not load estimators by
    skops.
    """
    import sklearn.utils

    listed = sklearn.utils.all_estimators
    sklearn.utils.all_estimators = list
    try:
        importlib.import_module("skops.io")
    finally:
        sklearn.utils.all_estimators = listed


def prepare_in_background() -> None:
    """Import what restoring needs while this process, which may be the user's, has nothing else to do."""
    threading.Thread(target=_skops, name="import of skops", daemon=True).start()


def write(value: Any, sink: IO[bytes]) -> None:
    """Write *value* (a fitted scikit-learn object) into *sink*; equal objects give equal bytes.

    Raises:
        ArtifactError: It holds a type that :func:`load` would refuse. Better now than when the search is over.
    """
    with _WRITING, _Draft(_LARGE) as draft:
        with storage_errors(Path(tempfile.gettempdir())):
            _skops().dump(value, draft)
        _check(draft, type(value).__name__)
        _stabilise(draft, sink)


class _Draft(tempfile.SpooledTemporaryFile[bytes]):
    """A file in memory that goes to disk before it becomes large, and not, as usual, only afterwards."""

    def write(self, content: ReadableBuffer) -> int:
        """Write; skops writes an archive in one piece."""
        if memoryview(content).nbytes > _LARGE:
            self.rollover()
        return super().write(content)


def dump(value: Any) -> bytes:
    """Return what :func:`write` writes."""
    buffer = io.BytesIO()
    write(value, buffer)
    return buffer.getvalue()


def load(content: bytes, source: str = "stored model") -> Any:
    """Restore what :func:`dump` gave.

    Raises:
        ArtifactError: The bytes are damaged, or hold a type that is not on the list.
    """
    return _skops().loads(content, trusted=_check(io.BytesIO(content), source))


def _check(archive: IO[bytes], source: str) -> list[str]:
    """Return the types in *archive* that skops does not trust by itself; all of them are on our list."""
    try:
        found: list[str] = _skops().get_untrusted_types(file=archive)
    except Exception as error:  # a damaged archive can fail in many ways
        raise ArtifactError(f"{source}: cannot be read ({type(error).__name__}: {error})") from None
    refused = sorted(name for name in set(found) - _TRUSTED if not _is_estimator(name))
    if refused:
        raise ArtifactError(f"{source}: holds types that are not allowed: {', '.join(refused)}")
    return found


def _is_estimator(name: str) -> bool:
    """Whether a type is an estimator of scikit-learn; skops trusts those by itself where it has listed them."""
    module, _, attribute = name.rpartition(".")
    if not module.startswith("sklearn."):
        return False
    from sklearn.base import BaseEstimator

    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return False
    return isinstance(found, type) and issubclass(found, BaseEstimator)


def _stabilise(draft: IO[bytes], sink: IO[bytes]) -> None:
    """Copy an archive without the memory addresses and the time: numbers in the order of appearance instead."""
    names: dict[str, str] = {}
    with zipfile.ZipFile(draft) as before, zipfile.ZipFile(sink, "w") as archive:
        schema = _renumbered(json.loads(before.read("schema.json")), {}, names)
        for old, new in names.items():
            file = before.read(old)
            archive.writestr(zipfile.ZipInfo(new), _padded_with_zeros(file) if new.endswith(".npy") else file)
        archive.writestr(zipfile.ZipInfo("schema.json"), json.dumps(schema))


def _padded_with_zeros(content: bytes) -> bytes:
    """Clear what lies between the fields of an array of records, such as nodes of trees: it is whatever was there."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    clean = np.zeros(array.shape, array.dtype)
    for name in array.dtype.names:
        clean[name] = array[name]
    buffer = io.BytesIO()
    np.save(buffer, clean, allow_pickle=False)
    return buffer.getvalue()


def _renumbered(node: Any, ids: dict[int, int], names: dict[str, str]) -> Any:
    """Copy a schema with addresses replaced; *ids* and *names* collect old and new."""
    if isinstance(node, list):
        return [_renumbered(item, ids, names) for item in node]
    if not isinstance(node, dict):
        return node
    copy: dict[str, Any] = {}
    for key, value in node.items():
        if key == "__id__":
            # Whether two equal numbers or texts are one object is Python's affair, and differs from run to run.
            if node.get("__loader__") != "JsonNode":
                copy[key] = ids.setdefault(value, len(ids) + 1)
        elif key == "file" and isinstance(value, str):
            copy[key] = names.setdefault(value, f"{len(names)}{Path(value).suffix}")
        else:
            copy[key] = _renumbered(value, ids, names)
    return copy


def _skops() -> ModuleType:
    """Import skops.

    It lists all estimators of scikit-learn when it is imported, and that walk would import torch, which costs seconds
    and 200 MB in every worker and has no estimators. The walk passes over modules that cannot be imported.
    """
    import sklearn.base  # noqa: F401 - must be complete before a part of it is hidden

    if "skops.io" not in sys.modules:
        with hidden(_UNWANTED):
            importlib.import_module("skops.io")
    return importlib.import_module("skops.io")  # waits where another thread is at it
