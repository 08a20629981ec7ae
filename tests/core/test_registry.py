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
