"""Static analysis of code dependencies: all source files that a module imports, directly or not.

Nothing is imported. Besides import statements, four conventions of this project are understood: a package named in a
string, or passed to a registry as ``__name__``, stands for all its modules; so do users' modules of that kind
(``automl_flow_extensions`` next to our package); other files (templates, styles) belong to the package that contains
them; and the package's own ``__init__`` is lazy and does not count. Neither do imports for type checkers only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from automl_flow.core.registry import EXTENSIONS

PACKAGE = "automl_flow"
_FOLDER_FRACTION = 0.6  # of a folder's files, above which a stage depends on the whole folder
_DOTTED = re.compile(rf"{PACKAGE}(\.\w+)+")


def code_of(files: Iterable[Path], source: Path) -> set[Path]:
    """Return the files of our package that *files* need, including *files*.

    Args:
        files: Python files under *source*.
        source: Folder that holds the package (``src``).
    """
    found: set[Path] = set()
    waiting = [Path(file) for file in files]
    while waiting:
        file = waiting.pop()
        if file in found:
            continue
        found.add(file)
        waiting += _imported(file, source)
    found.discard(source / PACKAGE / "__init__.py")
    return found | {item for folder in {file.parent for file in found} for item in _resources(folder)}


def collapse(files: set[Path], root: Path) -> list[Path]:
    """Replace files by their folder if they are most of its files.

    DVC spends about a millisecond on each dependency of each stage, changed or not.

    Args:
        files: Files under *root*.
        root: The package's folder, which is never replaced itself.

    Returns:
        Folders and files, sorted.
    """
    whole = {folder for folder in {p for file in files for p in file.parents} if _mostly(files, folder, root)}
    tops = {folder for folder in whole if folder.parent not in whole}
    single = {file for file in files if not any(folder in tops for folder in file.parents)}
    return sorted(tops | single)


def _mostly(files: set[Path], folder: Path, root: Path) -> bool:
    if folder == root or not folder.is_relative_to(root):
        return False
    tracked = set(_tracked(folder))
    return len(tracked & files) > _FOLDER_FRACTION * len(tracked)


def _tracked(folder: Path) -> Iterator[Path]:
    for item in sorted(folder.rglob("*")):
        if item.is_file() and "__pycache__" not in item.parts and not item.name.startswith("."):
            yield item


def _resources(folder: Path) -> Iterator[Path]:
    """Files of a package other than Python, including those in sub-folders that are not packages."""
    for item in sorted(folder.iterdir()):
        if item.is_dir() and not (item / "__init__.py").is_file() and not list(item.glob("*.py")):
            yield from (file for file in _tracked(item))
        elif item.is_file() and item.suffix not in ("", ".py", ".pyc", ".typed") and not item.name.startswith("."):
            yield item


@cache
def _imported(file: Path, source: Path) -> tuple[Path, ...]:
    """Files of our package that *file* imports, with the ``__init__`` files run on the way."""
    if file == source / PACKAGE / "__init__.py":
        return ()
    tree = ast.parse(file.read_text(encoding="utf-8"), filename=str(file))
    found: dict[Path, None] = {}
    for name in _names(tree, _module_name(file, source)):
        found.update(dict.fromkeys(files_of(name, source)))
    return tuple(found)


def _names(tree: ast.AST, module: str) -> Iterator[str]:
    """Dotted names imported by a tree; a trailing ``.*`` means a package with all its modules."""
    for node in _run_time_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _DOTTED.fullmatch(node.value):
            yield f"{node.value}.*"
        elif isinstance(node, ast.Call) and _walks_its_own_package(node):
            yield f"{module.removesuffix('.__init__')}.*"


def _walks_its_own_package(call: ast.Call) -> bool:
    given = [ast.unparse(argument) for argument in call.args]
    return "__name__" in given and "Registry" in ast.unparse(call.func)


def _run_time_nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """All nodes except those under ``if TYPE_CHECKING:``."""
    for child in ast.iter_child_nodes(tree):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield from _run_time_nodes(other)
            continue
        yield child
        yield from _run_time_nodes(child)


def _absolute(node: ast.ImportFrom, module: str) -> str:
    if not node.level:
        return node.module or ""
    parent = module.split(".")[: -node.level]
    return ".".join([*parent, *filter(None, [node.module])])


def _module_name(file: Path, source: Path) -> str:
    parts = file.relative_to(source).with_suffix("").parts
    return ".".join(parts)  # also for a package's __init__: a relative import drops the last part


def files_of(name: str, source: Path) -> Iterator[Path]:
    """Files run by importing the dotted name *name*; with a trailing ``.*``, all modules of the package."""
    if name.split(".", maxsplit=1)[0] == EXTENSIONS:
        yield from (file for file in [(source / Path(*name.split("."))).with_suffix(".py")] if file.is_file())
    if name.split(".", maxsplit=1)[0] != PACKAGE:
        return
    everything = name.endswith(".*")
    parts = name.removesuffix(".*").split(".")
    folder = source
    for index, part in enumerate(parts):
        if (folder / part / "__init__.py").is_file():
            folder = folder / part
            yield folder / "__init__.py"
            continue
        if index == len(parts) - 1 and (folder / f"{part}.py").is_file():
            yield folder / f"{part}.py"
        return  # a name inside the module, or not our module
    if everything:
        yield from sorted(folder.glob("*.py"))
        yield from sorted((source / EXTENSIONS / Path(*parts[1:])).glob("*.py"))
