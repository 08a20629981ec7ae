"""A new task needs no Python."""

import pandas as pd
import pytest
import yaml

from tests.integration.project import files_below, run, succeed

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the run that all share


@pytest.fixture
def wine(project):
    """A raw file with a binary target, numbers, categories, gaps, an identifier and a constant."""
    n = 80
    table = pd.DataFrame(
        {
            "row id": range(n),
            "acid, fixed": [i * 0.1 + (i % 7) for i in range(n)],
            "colour": ["red" if i % 3 else None for i in range(n)],
            "region": [["north", "south", "east"][i % 3] for i in range(n)],
            "always": [1] * n,
            "good": ["yes" if i % 7 > 3 else "no" for i in range(n)],
        }
    )
    table.to_csv(project / "data/01_raw/wine.csv", index=False)
    return project


def add(project, *options):
    return run(project, "kedro", "add-task", "--file", "data/01_raw/wine.csv", *options)


def test_an_added_task_runs_from_end_to_end(wine):
    assert add(wine, "--target", "good").returncode == 0
    output = succeed(wine, "kedro", "run", "--env=smoke", "--pipeline=wine")
    assert "report: data/smoke/08_reporting/wine/report.html" in output
    assert "wine-evaluation" in succeed(wine, "kedro", "dvc-sync") + (wine / "dvc.yaml").read_text()


def test_what_is_written_says_what_was_guessed(wine):
    add(wine, "--target", "good")
    text = (wine / "conf/base/parameters/wine.yml").read_text()
    task = yaml.safe_load(text)["wine"]["task"]
    assert (task["problem"], task["positive"], task["metric"]) == ("binary", "yes", "roc_auc")
    assert "roles" not in task
    assert "problem: binary # guessed: 2 distinct values" in text


def test_nothing_is_overwritten(wine):
    add(wine, "--target", "good")
    before = {name: (wine / name).read_bytes() for name in files_below(wine / "conf") if (wine / name).is_file()}
    again = add(wine, "--target", "good")
    assert again.returncode != 0
    assert "choose another name" in again.stderr
    assert {name: (wine / name).read_bytes() for name in before} == before


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (("--target", "godo"), "--target: data/01_raw/wine.csv has no column 'godo'; did you mean 'good'?"),
        (("--target", "good", "--name", "nas"), "a pipeline called 'nas' already exists"),
        (("--target", "good", "--name", "my wine"), "letters, digits and underscores, got 'my wine'"),
        (("--target", "always"), "has one class only"),
    ],
)
def test_what_cannot_be_a_task_is_said_and_nothing_is_written(options, expected, wine):
    before = files_below(wine / "conf")
    done = add(wine, *options)
    assert done.returncode != 0
    assert expected in done.stderr
    assert "Traceback" not in done.stderr
    assert files_below(wine / "conf") == before


def test_a_file_outside_the_project_is_refused(wine, tmp_path):
    (tmp_path / "far.csv").write_text("a,b\n1,2\n")
    done = run(wine, "kedro", "add-task", "--file", str(tmp_path / "far.csv"), "--target", "b")
    assert "copy it to data/01_raw first" in done.stderr


def test_an_archive_of_images_is_recognised(project):
    (project / "data/01_raw/signs.npz").write_bytes((project / "data/01_raw/digits.npz").read_bytes())
    output = succeed(project, "kedro", "add-task", "--file", "data/01_raw/signs.npz", "--target", "y")
    assert "task signs: image, multiclass (guessed: 10 distinct values of int64), metric accuracy" in output
