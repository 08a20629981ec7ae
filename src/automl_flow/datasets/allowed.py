"""Rules for catalog entries: files inside the project, read by types that never execute what they read."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from kedro.framework.project import settings

from automl_flow.core.errors import ConfigError, nearest, quoted, shown
from automl_flow.core.folders import is_inside
from automl_flow.datasets.typed import check_class

# Kedro's types that read only text and numbers: no pickles, code or connections.
HARMLESS = (
    "CachedDataset",
    "MemoryDataset",
    "json.JSONDataset",
    "pandas.CSVDataset",
    "pandas.ParquetDataset",
    "text.TextDataset",
)
SETTING = "ALLOWED_DATASETS"  # in the project's settings.py: additional types, by full name

_TYPED = "automl_flow.datasets.typed.TypedDocument"
_OURS = re.compile(r"automl_flow\.datasets\.\w+\.\w+")
_KEDRO = re.compile(r"^kedro\.io\.|^kedro_datasets\.")  # spellings that Kedro accepts for the same type
_KEYS = ("dataset", "filepath", "load_args", "metadata", "save_args", "type")
_PATHS = frozenset({"filename", "filepath", "path"})
_SCHEME = re.compile(r"[\w+.-]*:")


def check_entry(entry: Any, where: str, project: Path) -> None:
    """Check a catalog entry or factory, and every entry nested in it.

    Args:
        entry: Its keys and values, ``${...}`` filled in.
        where: Its name and file, for the error text.
        project: The project's folder, to which paths may be relative.

    Raises:
        ConfigError: Its type is neither ours, nor a harmless one of Kedro's, nor named in the project's settings; it
            has an option that loads code or connects; it is versioned by Kedro; or a path leaves the project, once
            links are followed, or is an address.
    """
    if not isinstance(entry, Mapping):
        raise ConfigError(f"{where}: must hold the keys of a dataset, got {shown(entry)}")
    kind = entry.get("type")
    if "type" not in entry:
        raise ConfigError(f"{where}: has no type, for example automl_flow.datasets.tables.RawTableDataset")
    named = tuple(settings.get(SETTING, ()))
    if not isinstance(kind, str) or not (_OURS.fullmatch(kind) or kind in named or _KEDRO.sub("", kind) in HARMLESS):
        raise ConfigError(
            f"{where}: {quoted(kind)} is not a type known to be safe; many types run code from the files they read."
            f" Use one of automl_flow.datasets or {', '.join(HARMLESS)}; or, if you trust it and its files, name it "
            f"in {SETTING} of settings.py"
        )
    if kind == _TYPED:
        check_class(entry.get("of"), f"{where}: of")
    if entry.get("versioned") or "version" in entry:
        raise ConfigError(f"{where}: versioned: true never settles under DVC; DVC keeps versions")
    for key in entry:
        if key == "validator" or (key not in _KEYS and kind not in named and not _OURS.fullmatch(kind)):
            raise ConfigError(f"{where}: {quoted(key)} is not a key known to be safe{nearest(key, _KEYS)}")
    _check_values({key: value for key, value in entry.items() if key != "metadata"}, where, project)


def _check_values(values: Mapping[Any, Any], where: str, project: Path) -> None:
    for key, value in values.items():
        if key == "dataset":
            check_entry({"type": value} if isinstance(value, str) else value, f"{where}.dataset", project)
        elif key in _PATHS:
            check_path(value, f"{where}: {key}", project)
        else:
            for inner in _mappings(value):
                nested = check_entry if "type" in inner else _check_values
                nested(inner, f"{where}.{shown(key)}", project)


def _mappings(value: Any) -> Iterator[Mapping[Any, Any]]:
    """A mapping itself, or those in a list."""
    if isinstance(value, Mapping):
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from _mappings(item)


def check_path(path: Any, where: str, project: Path) -> None:
    """Raise unless a path leads to something in the project, once links are followed.

    Args:
        path: Absolute, or relative to the project.
        where: Where it is given, for the error text.
        project: The project's folder.

    Raises:
        ConfigError: It is an address, no path, or leads outside.
    """
    if isinstance(path, str) and not _SCHEME.match(path) and _lies_in(path, project) and not is_inside(path, project):
        raise ConfigError(
            f"{where} leads outside the project through a link, {shown(path, 300)}; copy the files there, or let "
            "`dvc import` bring them and remember where they came from"
        )
    if not isinstance(path, str) or _SCHEME.match(path) or not is_inside(path, project):
        raise ConfigError(
            f"{where} must stay inside the project, got {quoted(path)}; copy the file there, or let `dvc import` or "
            "`dvc import-url` bring it and remember where it came from"
        )


def _lies_in(path: str, project: Path) -> bool:
    """Whether a path as written stays in the project, before links are followed."""
    return "\0" not in path and Path(os.path.normpath(project / path)).is_relative_to(project)
