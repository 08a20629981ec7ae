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
        "wheeled": "ENTRIES = {'car': 'a car', 'bus': 'a bus'}",
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
    assert registry.get("ball") == "a ball"


def test_a_file_may_hold_several_entries(registry):
    assert registry.get("bus") == "a bus"
    assert registry.get("car") == "a car"


def test_names_are_in_alphabetical_order_whatever_file_they_are_in(registry):
    assert registry.names() == ["ball", "bus", "car", "robot"]


def test_a_missing_library_is_listed_with_its_reason(registry):
    assert list(registry.available()) == ["ball", "bus", "car"]
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
    both = r"two operation entries are named 'conv_3': .*/convolutions.py and .*/conv_3.py; rename one"
    with pytest.raises(ConfigError, match=both):
        extend("conv_3", "ENTRY = 'another'").names()


def test_a_name_that_is_taken_inside_a_users_mapping_is_refused_with_both_files(extend):
    both = r"two operation entries are named 'gru': .*/recurrent.py and .*/mine.py; rename one"
    with pytest.raises(ConfigError, match=both):
        extend("mine", "ENTRIES = {'gru': 'another', 'mine': 'one'}").names()


def test_entries_that_are_no_mapping_are_refused_with_the_file(extend):
    with pytest.raises(ConfigError, match=r"mine.py: `ENTRIES` must map names to operation entries, got a list"):
        extend("mine", "ENTRIES = ['a']").names()


def test_an_error_in_a_users_file_is_told_as_theirs(extend):
    with pytest.raises(ConfigError, match=r"extension in automl_flow_extensions.nas.operations .*ZeroDivisionError"):
        extend("conv_11", "ENTRY = 1 / 0").names()


@pytest.mark.parametrize("allowed", ["automl_flow_extensions.nas.operations.conv_11.Mine", "sklearn.svm.SVC"])
def test_a_users_entry_may_name_types_of_its_own_and_estimators(extend, allowed):
    registry = extend("conv_11", f"class ENTRY:\n    skops_types = ({allowed!r},)")
    assert registry.get("conv_11").skops_types == (allowed,)


@pytest.mark.parametrize("refused", ["subprocess.Popen", "sklearn.tree._tree.Tree", "sklearn.nowhere.SVC"])
def test_a_users_entry_may_not_name_other_types(extend, refused):
    registry = extend("conv_11", f"class ENTRY:\n    skops_types = ({refused!r},)")
    with pytest.raises(ConfigError, match=rf"conv_11\.py: operation 'conv_11': skops_types must be .*'{refused}'"):
        registry.names()
