"""One file is enough for a new entry of any kind: from outside, through fit, save, load, predict and a Kedro run.

The entries lie in ``outside/automl_flow_extensions``, as a user's would; each leaves a mark where it is used.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.integration.conftest import one_at_a_time, shared_folder  # noqa: F401 - a fixture
from tests.integration.project import BIN, ROOT, clone, environment, leave_one_task

OUTSIDE = Path(__file__).parent / "outside"
PACKAGE = ROOT / "src" / "automl_flow"
FITTED, LOADED, RUN = "fit", "load", "kedro"  # by Python, from a saved folder in a fresh process, by Kedro
KINDS = {
    "model family": (FITTED, LOADED, RUN),
    "preprocessing step": (FITTED, LOADED, RUN),
    "feature generator": (FITTED, LOADED, RUN),
    "data check": (FITTED, RUN),
    "metric": (FITTED, RUN),
    "reader of tables": (FITTED, LOADED, RUN),
    "execution backend": (FITTED, RUN),
    "search strategy": (FITTED, RUN),
    "operation": (FITTED, LOADED, RUN),
    "search space": (FITTED, LOADED, RUN),
    "sampler": (RUN,),
    "one-shot strategy": (FITTED,),
    "zero-cost proxy": (RUN,),
}

pytestmark = pytest.mark.timeout(900)  # the first test waits for what all share


def registries() -> Iterator[tuple[str, str]]:
    """Package and kind of every registry, read off the source."""
    for file in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            call = ast.unparse(node.func) if isinstance(node, ast.Call) else ""
            if re.fullmatch(r"Registry(\[.*\])?", call) and isinstance(node.args[1], ast.Constant):
                own = ".".join(file.parent.relative_to(PACKAGE.parent).parts)
                package = node.args[0].value if isinstance(node.args[0], ast.Constant) else own
                yield package, node.args[1].value


def test_every_kind_of_entry_is_tried_and_documented():
    assert {kind for _, kind in registries()} == set(KINDS)
    table = (ROOT / "CONTRIBUTING.md").read_text()
    for package, kind in registries():
        folder = "/".join(package.split(".")[1:])
        assert f"`{folder}/`" in table, kind
        assert list((OUTSIDE / "automl_flow_extensions" / folder).glob("*.py")), kind


def write_rows(file: Path) -> None:
    """Rows whose label is the parity of a number, which no family finds without the generator."""
    rng = np.random.default_rng(0)
    pairs = zip(rng.uniform(0, 100, 240), rng.normal(size=240), strict=True)
    file.write_text("".join(f"a={a:.3f} b={b:.3f} label={'yes' if int(a) % 2 else 'no'}\n" for a, b in pairs))


def start(place: Path, phase: str, *command: str, extensions: bool = True) -> subprocess.Popen[str]:
    """Start a command in the clone; its entries leave their marks in a folder of its own."""
    marks, project = place / phase, place / "project"
    marks.mkdir(exist_ok=True)
    paths = f"{project / 'src'}:{OUTSIDE}" if extensions else str(project / "src")
    variables = {**environment(project), "PYTHONPATH": paths, "USED_FOLDER": str(marks)}
    return subprocess.Popen(
        command, cwd=project, env=variables, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def finish(process: subprocess.Popen[str]) -> None:
    output = process.communicate(timeout=600)[0]
    assert process.returncode == 0, output


@pytest.fixture(scope="session")
def place(shared_folder: Path) -> Path:  # noqa: F811
    """A folder in which all was run with entries from outside, once for all tests."""
    place = shared_folder / "outside"
    with one_at_a_time(place):
        if not (place / "finished").exists():
            shutil.rmtree(place, ignore_errors=True)
            project = clone(place / "project")
            leave_one_task(project, "outside")
            for kind in ("parameters", "catalog"):
                shutil.copy(OUTSIDE / "conf" / f"{kind}.yml", project / "conf/base" / kind / "outside.yml")
            write_rows(project / "data/01_raw/rows.pairs")
            write_rows(place / "rows.pairs")
            kedro = start(place, RUN, str(BIN / "kedro"), "run", "--pipeline=outside")
            for phase in (FITTED, LOADED):
                finish(start(place, phase, sys.executable, str(OUTSIDE / f"{phase}.py"), str(place)))
            finish(kedro)
            (place / "finished").touch()
    return place


@pytest.mark.parametrize("kind", KINDS)
def test_one_file_is_enough(kind, place):
    assert [phase for phase in (FITTED, LOADED, RUN) if (place / phase / kind).exists()] == list(KINDS[kind])


def test_the_generator_and_the_family_from_outside_learn_together(place):
    before = np.load(place / "predicted.npz")["rows"]
    truth = [line.endswith("yes") for line in (place / "rows.pairs").read_text().splitlines()]
    assert np.mean(before[:, 1].round() == truth) > 0.95


def test_a_report_names_what_came_from_outside(place):
    reports = place / "project/data/08_reporting/outside"
    assert "centroid" in (reports / "leaderboard.csv").read_text()
    assert "narrow_table" in (reports / "findings.json").read_text()
    assert '"profit"' in (reports / "metrics.json").read_text()
    assert "Squashed columns" in (reports / "report.html").read_text()


def test_a_saved_model_says_which_extension_it_lacks(place):
    code = "import sys, automl_flow; automl_flow.load_model(sys.argv[1])"
    process = start(place, "absent", sys.executable, "-c", code, str(place / "model"), extensions=False)
    output = process.communicate(timeout=600)[0]
    assert process.returncode == 1
    assert re.search(r"ArtifactError: .*(centroid|automl_flow_extensions)", output), output
