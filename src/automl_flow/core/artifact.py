"""Model folders: a manifest with hashes and versions that is checked before anything else is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from automl_flow.core.errors import ArtifactError, AutoMLFlowError, nearest
from automl_flow.core.files import read_json, sha256, write_json
from automl_flow.core.folders import atomic_folder, check_replaceable, contents
from automl_flow.version import __version__

MANIFEST = "manifest.json"
SCHEMA = 2  # raised when older code could not read a folder any more


@dataclass(frozen=True)
class Manifest:
    """What a model folder says of itself.

    Attributes:
        kind: Which loader reads the folder, for example ``"tabular"``.
        version: Version of automl_flow that wrote it.
        files: SHA-256 of each file, by path relative to the folder.
        metadata: What the writer added (JSON-able).
    """

    kind: str
    version: str
    files: Mapping[str, str]
    metadata: Mapping[str, Any]


def write_artifact(folder: Path, kind: str, write: Callable[[Path], None], metadata: Mapping[str, Any]) -> None:
    """Write a model folder atomically.

    Args:
        folder: The folder to create or replace; see :func:`check_target`.
        kind: Name of the loader.
        write: Fills the empty folder that it is given.
        metadata: JSON-able facts for the manifest; no times, no random ids, for folders are tracked byte by byte.

    Raises:
        StorageError: It cannot be written, or what lies there is not ours to replace.
    """
    with atomic_folder(Path(folder), _strangers) as temporary:
        write(temporary)
        files = {p.relative_to(temporary).as_posix(): sha256(p) for p in sorted(temporary.rglob("*")) if p.is_file()}
        document = {
            "schema": SCHEMA,
            "kind": kind,
            "automl_flow": __version__,
            "files": files,
            "metadata": dict(metadata),
        }
        write_json(temporary / MANIFEST, document)


def check_target(folder: Path) -> None:
    """Raise if a model cannot be saved as *folder*, because something lies there that is not ours to replace.

    A folder is replaced where it is empty, or where it is a model folder and holds nothing but what its manifest lists.

    Raises:
        StorageError: It is something else; the text says what, and what to do.
    """
    check_replaceable(Path(folder), _strangers)


def _strangers(folder: Path) -> list[str]:
    """What no manifest of ours says that we have written."""
    present = contents(folder)
    try:
        document = read_json(folder / MANIFEST) if MANIFEST in present else None
    except AutoMLFlowError:
        return present
    if not (isinstance(document, dict) and "automl_flow" in document and isinstance(document.get("files"), dict)):
        return present
    return [name for name in present if name not in document["files"] and name != MANIFEST]


def open_artifact(folder: Path, kind: str | None = None) -> Manifest:
    """Check a model folder and return its manifest.

    Args:
        folder: The folder.
        kind: The kind that the caller can load; ``None`` accepts any.

    Raises:
        ArtifactError: No manifest, another schema or kind, or a file that is missing, changed, unlisted or a link.
    """
    folder = Path(folder)
    if not (folder / MANIFEST).is_file():
        raise ArtifactError(f"{folder}: not a model folder (it has no {MANIFEST})")
    document = read_json(folder / MANIFEST)
    manifest = _parse(folder, document)
    if kind is not None and manifest.kind != kind:
        raise ArtifactError(f"{folder}: holds a {manifest.kind!r} model, expected {kind!r}")
    _check_files(folder, manifest.files)
    return manifest


def _parse(folder: Path, document: Any) -> Manifest:
    if not isinstance(document, dict) or document.get("schema") != SCHEMA:
        found = document.get("schema") if isinstance(document, dict) else document
        raise ArtifactError(f"{folder / MANIFEST}: schema must be {SCHEMA}, got {found!r}{nearest(found, [SCHEMA])}")
    try:
        return Manifest(document["kind"], document["automl_flow"], dict(document["files"]), dict(document["metadata"]))
    except (KeyError, TypeError, ValueError) as error:
        raise ArtifactError(f"{folder / MANIFEST}: incomplete manifest ({error!r})") from None


def _check_files(folder: Path, files: Mapping[str, str]) -> None:
    present = {p.relative_to(folder).as_posix() for p in folder.rglob("*") if not p.is_dir()} - {MANIFEST}
    for name, expected in files.items():
        path = folder / name
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise ArtifactError(f"{folder / MANIFEST}: path {name!r} leaves the folder")
        if not path.is_file():
            raise ArtifactError(f"{path}: listed in the manifest but missing")
        if sha256(path) != expected:
            raise ArtifactError(f"{path}: changed since it was written (its hash differs from the manifest's)")
    unlisted = sorted(present - set(files))
    if unlisted:
        raise ArtifactError(f"{folder}: files that the manifest does not list: {', '.join(unlisted)}")
