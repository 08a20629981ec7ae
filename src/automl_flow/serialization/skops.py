"""scikit-learn objects as bytes, via skops: only types on an allow list are ever restored."""

from __future__ import annotations

import importlib
import io
import json
import shutil
import sys
import tempfile
import threading
import zipfile
from collections.abc import Collection
from pathlib import Path
from types import ModuleType
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from automl_flow.core.documents import reading
from automl_flow.core.errors import ArtifactError
from automl_flow.core.files import storage_errors
from automl_flow.core.modules import hidden
from automl_flow.features import GENERATORS
from automl_flow.recipes import STEPS
from automl_flow.serialization.archive import PLAIN_TYPES, check_archive

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

# Types in any fitted preprocessor, besides those that steps and feature generators declare; nothing compiled.
_PREPROCESSOR_TYPES = (
    "automl_flow.recipes.transformers.typed_columns.TypedColumns",
    "numpy.dtype",
    "sklearn.compose._column_transformer.ColumnTransformer",
    "sklearn.compose._column_transformer._RemainderColsList",
    "sklearn.decomposition._pca.PCA",
    "sklearn.impute._base.MissingIndicator",
    "sklearn.impute._base.SimpleImputer",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.pipeline.Pipeline",
    "sklearn.preprocessing._data.QuantileTransformer",
    "sklearn.preprocessing._data.StandardScaler",
    "sklearn.preprocessing._function_transformer.FunctionTransformer",
    "sklearn.preprocessing._label.LabelEncoder",
    "sklearn.preprocessing._target_encoder.TargetEncoder",
)
_LARGE = 1 << 20  # a larger draft goes to disk
_WRITING = threading.Lock()  # writing a forest doubles its memory: one at a time
_UNWANTED = "sklearn.externals.array_api_compat.torch"


def prepare() -> None:
    """Import the modules needed for storing in advance, in a process of our own.

    On import, skops lists all estimators, which imports all of scikit-learn: half a second and 8 MB. Here the list is
    left empty, because we name the types to restore. Other code in the process could not load estimators with it.
    """
    import sklearn.utils

    listed = sklearn.utils.all_estimators
    sklearn.utils.all_estimators = list
    try:
        importlib.import_module("skops.io")
    finally:
        sklearn.utils.all_estimators = listed


def prepare_in_background() -> None:
    """Import the modules needed for restoring in the background, in a process that may be the user's."""
    threading.Thread(target=_skops, name="import of skops", daemon=True).start()


def preprocessor_types() -> frozenset[str]:
    """Full names of types that a fitted preprocessor may contain: a fixed list, and those that entries declare."""
    named = {name for step in STEPS.available().values() for name in step.skops_types}
    named |= {name for generator in GENERATORS.available().values() for name in generator.skops_types}
    return frozenset(named.union(_PREPROCESSOR_TYPES))


def write(value: Any, sink: IO[bytes], allowed: Collection[str]) -> None:
    """Write *value* (a fitted scikit-learn object) into *sink*; equal objects give equal bytes.

    Args:
        value: Object to write.
        sink: Where to write it.
        allowed: Full names of the types that :func:`load` will accept.

    Raises:
        ArtifactError: It contains a type that :func:`load` would refuse: better to fail now than after the search.
    """
    with _WRITING, _Draft(_LARGE) as draft:
        with storage_errors(Path(tempfile.gettempdir())):
            _skops().dump(value, draft)
        with _Draft(_LARGE) as stable:
            _stabilise(draft, stable)
            with reading(type(value).__name__):
                check_archive(stable, allowed)
            stable.seek(0)
            shutil.copyfileobj(stable, sink)


class _Draft(tempfile.SpooledTemporaryFile[bytes]):
    """A spooled file that moves to disk before a large write, not after it."""

    def write(self, content: ReadableBuffer) -> int:
        """Write; skops writes an archive in one piece."""
        if memoryview(content).nbytes > _LARGE:
            self.rollover()
        return super().write(content)


def dump(value: Any, allowed: Collection[str]) -> bytes:
    """Return the bytes that :func:`write` writes."""
    buffer = io.BytesIO()
    write(value, buffer, allowed)
    return buffer.getvalue()


def load(content: bytes, allowed: Collection[str]) -> Any:
    """Restore what :func:`dump` returned.

    Args:
        content: The bytes.
        allowed: Full names of the types to restore; numbers, text, lists and arrays are always allowed.

    Raises:
        ArtifactError: The bytes are not such an archive, or contain a type that is not allowed. Errors that skops or a
            type raises on a damaged object are for the caller to convert.
    """
    check_archive(io.BytesIO(content), allowed)
    return _skops().loads(content, trusted=[*allowed, *PLAIN_TYPES])


def dump_preprocessor(value: Any) -> bytes:
    """Return the bytes of a fitted preprocessor, or of a step of one.

    Raises:
        ArtifactError: It contains a type that neither the fixed list nor an installed entry names.
    """
    return dump(value, preprocessor_types())


def read_preprocessor(content: bytes) -> Any:
    """Restore what :func:`dump_preprocessor` returned.

    Raises:
        ArtifactError: It is damaged, contains a type that is not allowed, or has a step without `transform`.
    """
    step = load(content, preprocessor_types())
    if not callable(getattr(step, "transform", None)):
        raise ArtifactError(f"contains a {type(step).__name__}, which is not a transformer")
    return step


def _stabilise(draft: IO[bytes], sink: IO[bytes]) -> None:
    """Copy an archive without memory addresses and timestamps; files are numbered in order of appearance."""
    names: dict[str, str] = {}
    with zipfile.ZipFile(draft) as before, zipfile.ZipFile(sink, "w") as archive:
        schema = _without_addresses(json.loads(before.read("schema.json")), names)
        for old, new in names.items():
            file = before.read(old)
            archive.writestr(zipfile.ZipInfo(new), _padded_with_zeros(file) if new.endswith(".npy") else file)
        archive.writestr(zipfile.ZipInfo("schema.json"), json.dumps(schema))


def _padded_with_zeros(content: bytes) -> bytes:
    """Zero the padding of a structured array, such as tree nodes: it holds whatever was in memory."""
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    clean = np.zeros(array.shape, array.dtype)
    for name in array.dtype.names:
        clean[name] = array[name]
    buffer = io.BytesIO()
    np.save(buffer, clean, allow_pickle=False)
    return buffer.getvalue()


def _without_addresses(node: Any, names: dict[str, str]) -> Any:
    """Copy a schema without object identities; *names* collects old and new names of files.

    Whether Python shares one object for two equal numbers or strings differs from run to run. Nothing that we store
    depends on it, and without identities a schema is a finite tree.
    """
    if isinstance(node, list):
        return [_without_addresses(item, names) for item in node]
    if not isinstance(node, dict):
        return node
    copy: dict[str, Any] = {}
    for key, value in node.items():
        if key == "file" and isinstance(value, str):
            copy[key] = names.setdefault(value, f"{len(names)}{Path(value).suffix}")
        elif key != "__id__" or "__loader__" not in node:
            copy[key] = _without_addresses(value, names)
    return copy


def _skops() -> ModuleType:
    """Import skops.

    On import it lists all estimators of scikit-learn, and that walk would import torch, which costs seconds and 200 MB
    in every worker and has no estimators. The walk skips modules that cannot be imported.
    """
    import sklearn.base  # noqa: F401 - must be complete before a part of it is hidden

    if "skops.io" not in sys.modules:
        with hidden(_UNWANTED):
            importlib.import_module("skops.io")
    return importlib.import_module("skops.io")  # waits if another thread is importing it
