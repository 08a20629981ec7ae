"""No code is run from a file that was saved, and no file speaks of anything but the project."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNSAFE = re.compile(
    r"\b(pickle|joblib|cloudpickle|dill)\.(load|loads)\b|torch\.load\(|yaml\.load\(|shell=True"
    r"|allow_pickle=True|trusted=True|(^|[^.\w])(eval|exec)\("
)


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("*.py")), ids=lambda p: p.name)
def test_nothing_that_was_saved_is_executed(path):
    found = [line for line in path.read_text().splitlines() if UNSAFE.search(line)]
    assert found == []


def test_no_path_of_a_machine_is_in_the_project():
    done = subprocess.run(
        ["git", "grep", "-nIE", r"(^|[^A-Za-z.])/(work|home|root)/[a-z]", "--", ".", ":!*.lock"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    found = [line for line in done.stdout.splitlines() if "test_safety.py" not in line]
    assert found == []


def test_the_library_is_quick_to_import():
    code = (
        "import sys, automl_flow; heavy = {'torch', 'sklearn', 'great_expectations', 'kedro', 'optuna'};"
        "sys.exit(', '.join(heavy & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_public_names_resolve():
    import automl_flow

    assert [name for name in automl_flow.__all__ if getattr(automl_flow, name, None) is None] == []
    with pytest.raises(AttributeError, match="no attribute 'AutoMLClasifier'"):
        _ = automl_flow.AutoMLClasifier
