"""Config loader: reads settings with our YAML reader, so that they mean the same to Kedro and DVC."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import yaml
from fsspec import AbstractFileSystem
from fsspec.implementations.local import LocalFileSystem
from kedro.config import OmegaConfigLoader
from omegaconf import OmegaConf
from omegaconf.errors import OmegaConfBaseException

from automl_flow.core.errors import ConfigError, shown
from automl_flow.core.yaml import read_yaml
from automl_flow.hooks.interpolation import refuse_crowds, refuse_growth, walk


class ConfLoader(OmegaConfigLoader):
    """Kedro's loader, hardened against hostile files and against differences between YAML 1.1 and 1.2.

    OmegaConf copies what an alias repeats, so that half a kilobyte of aliases of aliases never ends; and ``yes`` is
    true to it where DVC, which records the settings, reads a word.
    """

    @staticmethod
    def _initialise_filesystem_and_protocol(conf_source: str) -> tuple[AbstractFileSystem, str]:
        if Path(conf_source).is_dir():
            return _ReadFiles(), "file"
        made: tuple[AbstractFileSystem, str] = OmegaConfigLoader._initialise_filesystem_and_protocol(conf_source)
        return made

    def _resolve_from_raw_config(self, key: str, base: Any, env: Any, *places: Any) -> Any:
        for files in (base, env):
            merged: Any = OmegaConf.merge(*files.values(), self.runtime_params or {}) if files else {}
            refuse_growth(_plain(merged), _plain(self._globals) if key != "globals" else {})
        return super()._resolve_from_raw_config(key, base, env, *places)

    def __getitem__(self, key: str) -> Any:
        """Return the settings of a kind.

        Raises:
            ConfigError: A file is not one that :func:`automl_flow.core.yaml.read_yaml` takes, or a ``${...}`` in it
                leads nowhere.
        """
        try:
            return super().__getitem__(key)
        except OmegaConfBaseException as error:
            home = self._home(key, str(error.full_key)) if error.full_key else f"conf: {key}"
            said = shown(str(error).partition("\n")[0], 200)
            raise ConfigError(f"{home}: {said}; a text that holds '${{' needs a backslash before it") from None

    def _home(self, kind: str, path: str) -> str:
        """The last file that holds a dotted path, and the path."""
        home = f"conf: {kind}"
        for env in (self.base_env, self.env or self.default_run_env):
            for file in sorted(Path(self.conf_source, env).rglob("*.y*ml")):
                if kind in file.relative_to(self.conf_source).as_posix() and _holds(read_yaml(file), path):
                    home = _source(file)
        return f"{home}: {shown(path)}"


class _ReadFiles(LocalFileSystem):
    """The local files; each is read by our reader and handed on as YAML that all readers read alike."""

    cachable = False

    def open(self, path: str, *_: Any, **__: Any) -> io.BytesIO:
        """Return the content of a settings file."""
        file = Path(path)
        document = read_yaml(file, _source(file))
        document = {} if document is None else document
        if not isinstance(document, dict) or not all(isinstance(name, str) for name in document):
            raise ConfigError(f"{_source(file)}: must hold settings under their names, got {shown(document)}")
        refuse_crowds(document, _source(file))
        return io.BytesIO(yaml.safe_dump(document, allow_unicode=True, sort_keys=False).encode())


def _source(file: Path) -> str:
    """Name of a settings file in errors."""
    here = Path.cwd()
    return file.relative_to(here).as_posix() if file.is_relative_to(here) else str(file)


def _holds(document: Any, path: str) -> bool:
    """Whether a document has a value at a dotted path, ``a.b[0].c``."""
    return path.replace("[", ".").replace("]", "") in dict(walk("", document))


def _plain(settings: Any) -> dict[str, Any]:
    """Settings as they are written, ``${...}`` unresolved."""
    return dict(OmegaConf.to_container(OmegaConf.create(settings), resolve=False))  # type: ignore[arg-type]
