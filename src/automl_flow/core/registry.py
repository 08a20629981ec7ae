"""Registries found by walking a package: a module is an entry, its stem is the entry's name.

Users add entries of their own without touching this package: a module ``automl_flow_extensions.models.mine``, wherever
Python finds it, is an entry like those of ``automl_flow.models``.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator
from functools import cached_property
from types import ModuleType
from typing import Generic, TypeVar

from automl_flow.core.errors import ConfigError, DependencyError, nearest

OURS = "automl_flow"
EXTENSIONS = "automl_flow_extensions"  # its sub-packages mirror ours; it needs no __init__ files

E = TypeVar("E")


class Registry(Generic[E]):
    """All entries of one kind: every public module of *package* that has a constant ``ENTRY``.

    So has every public module of the package of the same name under ``automl_flow_extensions``, where there is one.

    Nothing is registered by hand: adding a file adds an entry. Modules whose name starts with an underscore, and
    modules without ``ENTRY``, are not entries. An entry may have an attribute ``requires`` (names of modules);
    where one of them is not installed, the entry is listed as unavailable, with the reason.
    """

    def __init__(self, package: str, kind: str) -> None:
        """Remember where to look.

        Args:
            package: Dotted name of the package to walk.
            kind: What an entry is called in messages, for example ``"model family"``.
        """
        self.package = package
        self.kind = kind

    @cached_property
    def _entries(self) -> dict[str, E]:
        modules: dict[str, ModuleType] = {}
        for name, module in (*_modules(self.package), *self._extensions()):
            if name in modules:
                files = f"{modules[name].__file__} and {module.__file__}"
                raise ConfigError(f"there are two of {self.kind} {name!r}: {files}; rename one of the files")
            modules[name] = module
        return {name: module.ENTRY for name, module in sorted(modules.items())}

    def _extensions(self) -> Iterator[tuple[str, ModuleType]]:
        """The users' modules of this kind; the first error in one of them is told as theirs."""
        package = self.package.replace(OURS, EXTENSIONS, 1)
        if package == self.package or not _exists(package):
            return
        try:
            yield from _modules(package)
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            raise ConfigError(f"an extension in {package} cannot be imported ({reason})") from error

    def names(self) -> list[str]:
        """All names in alphabetical order, the unavailable ones included."""
        return list(self._entries)

    def get(self, name: str) -> E:
        """Return the entry called *name*.

        Raises:
            ConfigError: There is no such entry.
            DependencyError: A library that the entry needs is not installed.
        """
        if name not in self._entries:
            raise ConfigError(f"unknown {self.kind} {name!r}{nearest(name, self._entries)}")
        missing = _missing(self._entries[name])
        if missing:
            raise DependencyError(f"{self.kind} {name!r} is unavailable: {missing}")
        return self._entries[name]

    def available(self) -> dict[str, E]:
        """Entries whose libraries are installed, by name."""
        return {name: entry for name, entry in self._entries.items() if not _missing(entry)}

    def unavailable(self) -> dict[str, str]:
        """Reasons why entries cannot be used here, by name."""
        return {name: reason for name, entry in self._entries.items() if (reason := _missing(entry))}


def _modules(package: str) -> Iterator[tuple[str, ModuleType]]:
    """Import the public modules of a package; those with an entry, by name."""
    paths = importlib.import_module(package).__path__
    for name in sorted(info.name for info in pkgutil.iter_modules(paths) if not info.name.startswith("_")):
        module = importlib.import_module(f"{package}.{name}")
        if hasattr(module, "ENTRY"):
            yield name, module


def _exists(package: str) -> bool:
    """Whether a package can be imported; asking imports its parents."""
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _missing(entry: object) -> str:
    """Say which libraries of *entry* are not installed; empty when all are."""
    absent = [m for m in getattr(entry, "requires", ()) if importlib.util.find_spec(m) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""
