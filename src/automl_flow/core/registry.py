"""Registries found by walking a package: a module is an entry, its stem is the entry's name."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from functools import cached_property
from typing import Generic, TypeVar

from automl_flow.core.errors import ConfigError, DependencyError, nearest

E = TypeVar("E")


class Registry(Generic[E]):
    """All entries of one kind: every public module of *package* that has a constant ``ENTRY``.

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
        paths = importlib.import_module(self.package).__path__
        names = sorted(info.name for info in pkgutil.iter_modules(paths) if not info.name.startswith("_"))
        modules = {name: importlib.import_module(f"{self.package}.{name}") for name in names}
        return {name: module.ENTRY for name, module in modules.items() if hasattr(module, "ENTRY")}

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


def _missing(entry: object) -> str:
    """Say which libraries of *entry* are not installed; empty when all are."""
    absent = [m for m in getattr(entry, "requires", ()) if importlib.util.find_spec(m) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""
