"""Model folders: all files are read through one interface, after a check against the manifest."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import Field

from automl_flow.core.documents import D, Document, parse_document, parse_json, reading, validate_document
from automl_flow.core.errors import ArtifactError, AutoMLFlowError, nearest, shown
from automl_flow.core.files import opened_regular, read_json, write_json
from automl_flow.core.folders import atomic_folder, check_replaceable, contents
from automl_flow.execution.store import ResultStore
from automl_flow.version import __version__

MANIFEST = "manifest.json"
SCHEMA = 3  # incremented when older code can no longer read a folder
MAX_FILES = 10_000
MAX_FILE_BYTES = 1 << 30  # in bytes; a reader holds both the content and the parsed object in memory
MAX_FOLDER_BYTES = 4 << 30  # of all files of a folder in total
_MAX_MANIFEST_BYTES = 16 << 20  # bytes
_MAX_DEPTH = 8  # of nested folders
_NAME = re.compile(r"[A-Za-z0-9][\w.-]{0,99}(/[A-Za-z0-9][\w.-]{0,99}){0,7}", re.ASCII)

T = TypeVar("T")


class FileEntry(Document):
    """A file of a model folder.

    Attributes:
        sha256: Hash of its content.
        size: Size in bytes.
    """

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0, le=MAX_FILE_BYTES)


class Manifest(Document):
    """The manifest of a model folder.

    Attributes:
        kind: Which loader reads the folder, for example ``"tabular"``.
        automl_flow: Version of automl_flow that wrote it.
        files: Its files, by relative path.
        metadata: Further JSON-able facts from the writer.
    """

    document_schema: Literal[3] = Field(alias="schema")
    kind: str = Field(max_length=100)
    automl_flow: str = Field(max_length=100)
    files: dict[str, FileEntry] = Field(max_length=MAX_FILES)
    metadata: dict[str, Any]


@dataclass(frozen=True)
class Files:
    """Files of a folder by name: the only way to read a model's files.

    A name is a relative path of plain characters. It leads to a regular file inside the folder, never to a link; with a
    manifest, its size is bounded too. Any failure to read a file becomes an error that names it.

    Attributes:
        folder: The folder.
        listed: Readable files with hash and size; ``None`` is everything, for results of a search, which only we
            write.
        store: Store of such results; ``None`` is the folder itself.
    """

    folder: Path
    listed: Mapping[str, FileEntry] | None = None
    store: ResultStore | None = None

    def __contains__(self, name: str) -> bool:
        if self.listed is not None:
            return name in self.listed
        return (self.folder / name).is_file() if self.store is None else self.store.exists(name)

    @classmethod
    def of_store(cls, store: ResultStore) -> Files:
        """Results of a search, read like a model's files."""
        return cls(Path(str(store)), store=store)

    def read(self, name: str, parse: Callable[[bytes], T]) -> T:
        """Parse the content of a file.

        Raises:
            ArtifactError: The file is missing, a link, too large or differs from the manifest, or *parse* fails in any
                way.
        """
        path = self.folder / name
        content = self.content(name)
        with reading(path):
            return parse(content)

    def document(self, name: str, model: type[D]) -> D:
        """Return a JSON file as a document.

        Raises:
            ArtifactError: As :meth:`read`; or keys are unknown, missing or of the wrong type or range.
        """
        return self.read(name, lambda content: parse_document(content, model, self.folder / name))

    def content(self, name: str) -> bytes:
        """Return a file's bytes.

        Raises:
            ArtifactError: The file is missing, a link, too large, or differs from the manifest.
        """
        entry = self._entry(name)
        if self.store is not None:
            return self.store.get(name)
        with opened_regular(self.folder / name) as (source, size):
            if entry is not None and size > MAX_FILE_BYTES:
                raise ArtifactError(f"{self.folder / name}: {size} bytes are too many, at most {MAX_FILE_BYTES}")
            content = source.read(size)
        if entry is not None and (len(content), hashlib.sha256(content).hexdigest()) != (entry.size, entry.sha256):
            raise _changed(self.folder / name)
        return content

    def _entry(self, name: str) -> FileEntry | None:
        if not _NAME.fullmatch(name):
            raise ArtifactError(f"{self.folder}: {shown(name)!r} is not a valid name of a model's file")
        if self.listed is None:
            return None
        if name not in self.listed:
            raise ArtifactError(f"{self.folder / MANIFEST}: does not list {name!r}, which the model needs")
        return self.listed[name]


@dataclass(frozen=True)
class ModelFolder:
    """A model folder that matches its manifest.

    Attributes:
        manifest: The manifest.
        files: The readable files of the model.
    """

    manifest: Manifest
    files: Files

    @property
    def kind(self) -> str:
        """Name of the loader."""
        return self.manifest.kind


def write_artifact(folder: Path, kind: str, write: Callable[[Path], None], metadata: Mapping[str, Any]) -> None:
    """Write a model folder atomically.

    Args:
        folder: The folder to create or replace; see :func:`check_target`.
        kind: Name of the loader.
        write: Writes files into an empty folder.
        metadata: JSON-able facts for the manifest; no times or random ids, because equal models must be equal bytes.

    Raises:
        ArtifactError: The model is larger than :func:`open_artifact` accepts.
        StorageError: The folder cannot be written, or contains foreign files.
    """
    with atomic_folder(Path(folder), _foreign) as temporary:
        write(temporary)
        found = {p.relative_to(temporary).as_posix(): p for p in sorted(temporary.rglob("*")) if p.is_file()}
        sizes = {name: path.stat().st_size for name, path in found.items()}
        _check_sizes(Path(folder), sizes)
        document = {
            "schema": SCHEMA,
            "kind": kind,
            "automl_flow": __version__,
            "files": {name: {"sha256": _hash(path), "size": sizes[name]} for name, path in found.items()},
            "metadata": dict(metadata),
        }
        write_json(temporary / MANIFEST, document)


def check_target(folder: Path) -> None:
    """Raise if a model cannot be saved as *folder*, because it contains foreign files.

    Only an empty folder, or a model folder with unchanged files and no others, is replaced.

    Raises:
        StorageError: It is anything else; the message says what, and what to do.
    """
    check_replaceable(Path(folder), _foreign)


def _foreign(folder: Path) -> list[str]:
    """Files not listed in a manifest of ours."""
    present = contents(folder)
    try:
        document = read_json(folder / MANIFEST) if MANIFEST in present else None
    except AutoMLFlowError:
        return present
    if not (isinstance(document, dict) and "automl_flow" in document and isinstance(document.get("files"), dict)):
        return present
    files = document["files"]
    return [name for name in present if name != MANIFEST and not _is_as_listed(folder / name, files.get(name))]


def _is_as_listed(path: Path, entry: object) -> bool:
    """Whether a file matches its manifest entry (of any schema); the name alone proves nothing."""
    expected = entry.get("sha256") if isinstance(entry, dict) else entry
    try:
        return expected is not None and _hash(path) == expected
    except ArtifactError:  # a link, a pipe
        return False


def open_artifact(folder: Path, kind: str | None = None) -> ModelFolder:
    """Check a model folder: sizes first, then hashes, before anything else is read.

    Hashes only protect against accidents, because an attacker can recompute them: all content is validated later.

    Args:
        folder: The folder.
        kind: Expected kind; ``None`` accepts any.

    Raises:
        ArtifactError: The manifest is missing, schema or kind differ, files are too many or too large, or a file is
            missing, changed, unlisted, a link or not a regular file.
    """
    folder = Path(folder)
    with reading(folder):
        present = dict(_walk(folder))
        if MANIFEST not in present:
            raise ArtifactError(f"{folder}: not a model folder (it has no {MANIFEST})")
        _check_sizes(folder, {MANIFEST: present[MANIFEST]})
        manifest = _read_manifest(folder)
        if kind is not None and manifest.kind != kind:
            raise ArtifactError(f"{folder}: holds a {manifest.kind!r} model, expected {kind!r}")
        del present[MANIFEST]
        _check_files(folder, manifest.files, present)
    return ModelFolder(manifest, Files(folder, manifest.files))


def _read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    content = Files(folder).content(MANIFEST)
    document = parse_json(content, path, _MAX_MANIFEST_BYTES)
    found = document.get("schema") if isinstance(document, dict) else document
    if found != SCHEMA or type(found) is not int:
        raise ArtifactError(f"{path}: schema must be {SCHEMA}, got {shown(repr(found))}{nearest(found, [SCHEMA])}")
    files = document.get("files") or ()
    if isinstance(files, dict) and len(files) > MAX_FILES:
        raise ArtifactError(f"{path}: {len(files):,} files, at most {MAX_FILES:,} for a model")
    for name in files:
        if not _NAME.fullmatch(name):
            raise ArtifactError(f"{path}: path {shown(name)!r} leaves the folder, or is not the name of a file")
    return validate_document(content, Manifest, path)


def _check_files(folder: Path, files: Mapping[str, FileEntry], present: Mapping[str, int]) -> None:
    missing = sorted(set(files) - set(present))
    if missing:
        raise ArtifactError(f"{folder / missing[0]}: listed in the manifest but missing")
    unlisted = sorted(set(present) - set(files))
    if unlisted:
        shortened = ", ".join(shown(name) for name in unlisted[:5]) + (", …" if len(unlisted) > 5 else "")
        raise ArtifactError(f"{folder}: files that the manifest does not list: {shortened}")
    _check_sizes(folder, present)
    for name, entry in files.items():
        if present[name] != entry.size or _hash(folder / name) != entry.sha256:
            raise _changed(folder / name)


def _check_sizes(folder: Path, sizes: Mapping[str, int]) -> None:
    for name, size in sizes.items():
        if size > MAX_FILE_BYTES:
            raise ArtifactError(f"{folder / name}: {size} bytes, at most {MAX_FILE_BYTES} for a file of a model")
    if sum(sizes.values()) > MAX_FOLDER_BYTES:
        raise ArtifactError(f"{folder}: {sum(sizes.values())} bytes in total, at most {MAX_FOLDER_BYTES} for a model")
    if len(sizes) > MAX_FILES:
        raise ArtifactError(f"{folder}: {len(sizes)} files, at most {MAX_FILES} for a model")


def _walk(folder: Path, inside: str = "", depth: int = 0) -> Iterator[tuple[str, int]]:
    """Yield names and sizes of a folder's files; anything but files and folders is an error."""
    if depth > _MAX_DEPTH:
        raise ArtifactError(f"{folder / inside}: folders are nested too deeply for a model")
    if not (folder / inside).is_dir():
        raise ArtifactError(f"{folder / inside}: not a model folder")
    with os.scandir(folder / inside) as found:
        for count, item in enumerate(found):
            if count > MAX_FILES:
                raise ArtifactError(f"{folder}: too many files for a model, at most {MAX_FILES}")
            name = f"{inside}{item.name}"
            if item.is_dir(follow_symlinks=False):
                yield from _walk(folder, f"{name}/", depth + 1)
            elif item.is_file(follow_symlinks=False):
                yield name, item.stat(follow_symlinks=False).st_size
            else:
                kind = "a link" if item.is_symlink() else "not a regular file"
                raise ArtifactError(f"{folder / shown(name)}: is {kind}; a model may only contain regular files")


def _hash(path: Path) -> str:
    with opened_regular(path) as (source, _):
        return hashlib.file_digest(source, "sha256").hexdigest()


def _changed(path: Path) -> ArtifactError:
    return ArtifactError(f"{path}: changed since it was written (its hash differs from the manifest's)")
