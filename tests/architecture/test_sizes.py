"""A reader finds the room for each idea at once: files and functions stay small."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "automl_flow"
MAX_FILE = 400
MAX_FUNCTION = 60
# What may be longer, and why. An entry that is no longer needed fails the test too.
ALLOWED: dict[str, str] = {}
MAX_FILES = 15  # in a folder; an entry of a registry does not count, since a reader looks for it by its name


def sizes() -> Iterator[tuple[str, int, int]]:
    """Name, number of lines and limit of every file and function."""
    for path in sorted(SOURCE.rglob("*.py")):
        text = path.read_text()
        name = path.relative_to(SOURCE).as_posix()
        yield name, len(text.splitlines()), MAX_FILE
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{name}:{node.name}", (node.end_lineno or node.lineno) - node.lineno + 1, MAX_FUNCTION


def test_nothing_grows_over_its_limit():
    too_long = {name: f"{lines} lines, limit {limit}" for name, lines, limit in sizes() if lines > limit}
    assert {name: why for name, why in too_long.items() if name not in ALLOWED} == {}
    assert set(ALLOWED) <= set(too_long)


def test_no_folder_is_a_maze():
    entries = ("ENTRY", "ENTRIES")
    for folder in (SOURCE, *(path for path in SOURCE.rglob("*") if path.is_dir())):
        modules = [path for path in folder.glob("*.py") if path.name != "__init__.py"]
        own = [path.stem for path in modules if not any(f"\n{name}" in path.read_text() for name in entries)]
        assert len(own) <= MAX_FILES, f"{folder.name}: {', '.join(sorted(own))}"


def test_no_room_for_leftovers():
    names = {path.stem for path in SOURCE.rglob("*")}
    assert not names & {"utils", "util", "helpers", "common", "misc"}
