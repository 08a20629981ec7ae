"""Notebooks run on what the smoke environment leaves, and are what their scripts say."""

import json

import jupytext
import pytest

from tests.integration.project import ROOT, succeed

pytestmark = pytest.mark.timeout(1800)  # on a busy machine a run of the flow takes minutes
NAMES = sorted(path.stem for path in (ROOT / "notebooks").glob("*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs(name, smoke):
    runs = {"RUN_A": "data/smoke", "RUN_B": "data/smoke"}
    succeed(smoke, "python", f"notebooks/{name}.py", KEDRO_ENV="smoke", MPLBACKEND="agg", **runs)


@pytest.mark.parametrize("task", ["penguins", "diabetes"])
def test_the_exploration_works_for_other_tables(task, smoke):
    succeed(smoke, "python", "notebooks/explore_task.py", KEDRO_ENV="smoke", MPLBACKEND="agg", TASK=task)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_its_script_without_outputs(name):
    script = jupytext.read(ROOT / "notebooks" / f"{name}.py")
    notebook = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text())
    assert [(c.cell_type, c.source) for c in script.cells] == [
        (c["cell_type"], "".join(c["source"])) for c in notebook["cells"]
    ]
    assert all(not cell.get("outputs") for cell in notebook["cells"])


def test_there_are_notebooks():
    assert len(NAMES) == 3
