from __future__ import annotations

import sys
import textwrap

import pytest

from automl_flow.core.errors import ConfigError, DependencyError
from automl_flow.core.registry import Registry


@pytest.fixture
def registry(tmp_path, monkeypatch):
    package = tmp_path / "toybox"
    package.mkdir()
    files = {
        "__init__": "",
        "ball": "ENTRY = 'a ball'",
        "_private": "ENTRY = 'hidden'",
        "helpers": "x = 1",
        "robot": """
            class Robot:
                requires = ('surely_not_installed',)
            ENTRY = Robot()
        """,
    }
    for name, code in files.items():
        (package / f"{name}.py").write_text(textwrap.dedent(code))
    monkeypatch.syspath_prepend(tmp_path)
    yield Registry("toybox", "toy")
    for name in [n for n in sys.modules if n.startswith("toybox")]:
        del sys.modules[name]


def test_a_file_is_an_entry(registry):
    assert registry.names() == ["ball", "robot"]
    assert registry.get("ball") == "a ball"


def test_a_missing_library_is_listed_with_its_reason(registry):
    assert list(registry.available()) == ["ball"]
    assert registry.unavailable() == {"robot": "not installed: surely_not_installed"}
    with pytest.raises(DependencyError, match="surely_not_installed"):
        registry.get("robot")


def test_an_unknown_name_is_met_with_the_nearest(registry):
    with pytest.raises(ConfigError, match="unknown toy 'bal'; did you mean 'ball'"):
        registry.get("bal")


@pytest.fixture
def extend(tmp_path, monkeypatch):
    """Put a user's module into the operations, as a folder on the path without any ``__init__`` file."""

    def write(name: str, code: str) -> Registry:
        folder = tmp_path / "automl_flow_extensions" / "nas" / "operations"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{name}.py").write_text(textwrap.dedent(code))
        return Registry("automl_flow.nas.operations", "operation")

    monkeypatch.syspath_prepend(tmp_path)
    yield write
    for name in [n for n in sys.modules if n.startswith("automl_flow_extensions")]:
        del sys.modules[name]


def test_a_users_file_is_an_entry_beside_ours(extend):
    registry = extend("conv_11", "ENTRY = 'a wide window'")
    assert registry.get("conv_11") == "a wide window"
    assert {"conv_3", "conv_11"} <= set(registry.names())


def test_a_users_file_cannot_take_the_place_of_ours(extend):
    with pytest.raises(ConfigError, match=r"two of operation 'conv_3': .*operations/conv_3.py and .*rename"):
        extend("conv_3", "ENTRY = 'another'").names()


def test_an_error_in_a_users_file_is_told_as_theirs(extend):
    with pytest.raises(ConfigError, match=r"extension in automl_flow_extensions.nas.operations .*ZeroDivisionError"):
        extend("conv_11", "ENTRY = 1 / 0").names()
