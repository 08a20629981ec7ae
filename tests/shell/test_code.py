"""The code that a stage depends on."""

import pytest

from automl_flow.dvc_stages.code import code_of, collapse


@pytest.fixture
def source(tmp_path):
    """A package in which a uses b, b uses c inside a function, and d stands alone."""
    files = {
        "__init__.py": "NAMES = {'A': 'automl_flow.d'}\n",
        "a.py": "from automl_flow import b\n",
        "b.py": "def f():\n    import automl_flow.c\n",
        "c.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from automl_flow.d import x\n",
        "d.py": "",
        "kinds/__init__.py": "from automl_flow.core import Registry\nKINDS = Registry('automl_flow.kinds', 'kind')\n",
        "kinds/one.py": "",
        "kinds/two.py": "from automl_flow import d\n",
        "own/__init__.py": "from automl_flow.core import Registry\nKINDS = Registry(__name__, 'kind')\n",
        "own/three.py": "",
        "core.py": '"""automl_flow."""\nclass Registry: ...\n',
        "pages/__init__.py": "",
        "pages/page.py": "from .parts import x\n",
        "pages/parts.py": "",
        "pages/other.py": "",
        "pages/page.html": "",
        "pages/templates/row.html": "",
    }
    for name, text in files.items():
        path = tmp_path / "automl_flow" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def names(files, source):
    return {file.relative_to(source / "automl_flow").as_posix() for file in files}


def code(source, *starts):
    return names(code_of([source / "automl_flow" / start for start in starts], source), source)


def test_imports_are_followed_into_functions(source):
    assert code(source, "a.py") == {"a.py", "b.py", "c.py"}


def test_users_own_entries_belong_to_a_registry(source):
    mine = source / "automl_flow_extensions" / "kinds" / "mine.py"
    mine.parent.mkdir(parents=True)
    mine.write_text("from automl_flow_extensions.kinds import _parts\n")
    (mine.parent / "_parts.py").write_text("")
    assert {mine, mine.parent / "_parts.py"} <= code_of([source / "automl_flow" / "kinds" / "__init__.py"], source)


def test_imports_for_type_checkers_do_not_count(source):
    assert "d.py" not in code(source, "c.py")


def test_nothing_depends_on_the_lazy_public_api(source):
    assert code(source, "__init__.py", "c.py") == {"c.py"}


@pytest.mark.parametrize(
    ("package", "modules"), [("kinds", {"kinds/one.py", "kinds/two.py"}), ("own", {"own/three.py"})]
)
def test_a_registry_needs_all_modules_of_its_package(source, package, modules):
    assert modules <= code(source, f"{package}/__init__.py")


def test_what_registered_modules_import_counts_too(source):
    assert "d.py" in code(source, "kinds/__init__.py")


def test_relative_imports_and_templates_belong_to_a_page(source):
    needed = {"__init__.py", "page.py", "parts.py", "page.html", "templates/row.html"}
    assert {f"pages/{name}" for name in needed} <= code(source, "pages/page.py")


def test_an_unrelated_module_is_left_out(source):
    assert "pages/other.py" not in code(source, "pages/page.py")


def test_a_folder_stands_for_its_files_when_most_are_needed(source):
    root = source / "automl_flow"
    most = code_of([root / "pages" / "page.py"], source)
    assert root / "pages" / "other.py" not in most
    assert "pages" in names(collapse(most, root), source)


def test_a_folder_of_which_little_is_needed_is_not_taken(source):
    page = source / "automl_flow" / "pages" / "page.py"
    assert names(collapse({page}, source / "automl_flow"), source) == {"pages/page.py"}


def test_caches_do_not_hide_a_complete_folder(source):
    root = source / "automl_flow"
    (root / "own" / "__pycache__").mkdir()
    (root / "own" / "__pycache__" / "three.pyc").write_bytes(b"")
    assert names(collapse({root / "own" / "__init__.py", root / "own" / "three.py"}, root), source) == {"own"}
