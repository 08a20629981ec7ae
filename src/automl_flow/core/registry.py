"""Registries found by walking a package.

A module with a constant ``ENTRY`` is one entry, named by the module's stem; a module with a mapping ``ENTRIES`` holds
several, named by its keys.

Users add entries of their own without touching this package: a module ``automl_flow_extensions.models.mine``, wherever
Python finds it, is an entry like those of ``automl_flow.models``.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import ModuleType
from typing import Generic, TypeVar

from automl_flow.core.errors import ConfigError, DependencyError, nearest

OURS = "automl_flow"
EXTENSIONS = "automl_flow_extensions"  # its sub-packages mirror ours; it needs no __init__ files

E = TypeVar("E")


class Registry(Generic[E]):
    """All entries of one kind: those of every public module of *package*, and of the users' modules for it.

    The users' modules are those of the package of the same name under ``automl_flow_extensions``, where there is one.

    Nothing is registered by hand: adding a file adds its entries. Modules whose name starts with an underscore, and
    modules without ``ENTRY`` or ``ENTRIES``, are passed over. An entry may have an attribute ``requires`` (names of
    modules); where one of them is not installed, the entry is listed as unavailable, with the reason. It may have an
    attribute ``skops_types`` (full names of types that are restored from saved models); those of users' entries are
    types of their own modules, or scikit-learn's estimators.
    """

    def __init__(self, package: str, kind: str) -> None:
        """Set the package to walk.

        Args:
            package: Dotted name of the package to walk.
            kind: Name of an entry in messages, for example ``"model family"``.
        """
        self.package = package
        self.kind = kind

    @cached_property
    def _entries(self) -> dict[str, E]:
        entries: dict[str, E] = {}
        files: dict[str, str | None] = {}
        for module in (*_modules(self.package), *self._extensions()):
            for name, entry in self._of(module):
                if name in entries:
                    both = f"{files[name]} and {module.__file__}"
                    raise ConfigError(f"two {self.kind} entries are named {name!r}: {both}; rename one of them")
                if module.__name__.startswith(f"{EXTENSIONS}."):
                    _refuse_foreign_types(entry, f"{module.__file__}: {self.kind} {name!r}")
                entries[name], files[name] = entry, module.__file__
        return dict(sorted(entries.items()))

    def _of(self, module: ModuleType) -> Iterator[tuple[str, E]]:
        """The entries of one module, by name."""
        if hasattr(module, "ENTRY"):
            yield module.__name__.rpartition(".")[2], module.ENTRY
        several = getattr(module, "ENTRIES", {})
        if not isinstance(several, Mapping):
            got = type(several).__name__
            raise ConfigError(f"{module.__file__}: `ENTRIES` must map names to {self.kind} entries, got a {got}")
        yield from several.items()

    def _extensions(self) -> Iterator[ModuleType]:
        """Users' modules of this kind; an import error is reported as theirs."""
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

    def entries(self) -> dict[str, E]:
        """All entries by name, the unavailable ones included."""
        return dict(self._entries)

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


def _modules(package: str) -> Iterator[ModuleType]:
    """Import the public modules of a package, in alphabetical order."""
    paths = importlib.import_module(package).__path__
    for name in sorted(info.name for info in pkgutil.iter_modules(paths) if not info.name.startswith("_")):
        yield importlib.import_module(f"{package}.{name}")


def _exists(package: str) -> bool:
    """Whether a package can be imported; this imports its parents."""
    try:
        return importlib.util.find_spec(package) is not None
    except ModuleNotFoundError:
        return False


def _missing(entry: object) -> str:
    """Say which libraries of *entry* are not installed; empty when all are."""
    absent = [m for m in getattr(entry, "requires", ()) if importlib.util.find_spec(m) is None]
    return f"not installed: {', '.join(absent)}" if absent else ""


def _refuse_foreign_types(entry: object, source: str) -> None:
    """Raise if a user's entry allows types that could execute content of a file or follow its indices."""
    for name in getattr(entry, "skops_types", ()):
        if not name.startswith(f"{EXTENSIONS}.") and not _is_estimator(name):
            raise ConfigError(
                f"{source}: skops_types must be types of {EXTENSIONS} or estimators of scikit-learn, got {name!r}; "
                "subclass it in a module of yours, or store it with your own functions"
            )


def _is_estimator(name: str) -> bool:
    """Whether *name* is that of an estimator or transformer of scikit-learn."""
    module, _, attribute = name.rpartition(".")
    if not module.startswith("sklearn."):
        return False
    from sklearn.base import BaseEstimator

    try:
        found = getattr(importlib.import_module(module), attribute, None)
    except ImportError:
        return False
    return isinstance(found, type) and issubclass(found, BaseEstimator)
