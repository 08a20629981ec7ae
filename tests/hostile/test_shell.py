"""Wrong options, missing programs, broken projects: commands end in one line that says what would be right."""

import json
import shutil
import subprocess
import sys
import zipfile

import pytest

from tests.integration.project import ROOT, clone, environment, leave_one_task, run

ASK = """
import json, sys
from click.testing import CliRunner
from pathlib import Path
from kedro.framework.startup import bootstrap_project
metadata = bootstrap_project(Path.cwd())
from automl_flow.cli import cli
for file, text, arguments in json.load(sys.stdin):
    before = file and Path(file).read_bytes()
    file and Path(file).write_text(text)
    done = CliRunner().invoke(cli, arguments, obj=metadata)
    print(json.dumps([done.exit_code, done.stdout, done.stderr, repr(done.exception)]))
    file and Path(file).write_bytes(before)
"""


def ask(project, commands):
    """Give commands to one process, for starting one takes seconds; return exit code, output, errors, exception.

    Before a command a file is broken: commands are triples of its name, its content, and the arguments.
    """
    lines = subprocess.run(
        [sys.executable, "-c", ASK],
        cwd=project,
        env=environment(project),
        input=json.dumps(commands),
        check=True,
        capture_output=True,
        text=True,
        timeout=120,
    ).stdout.splitlines()
    return [json.loads(line) for line in lines]


def assert_told(answer, expected):
    code, _, errors, exception = answer
    assert code in (1, 2), exception
    assert exception == f"SystemExit({code})"
    assert expected in errors
    assert errors.count("Error: ") == 1
    assert errors.strip().endswith(errors[errors.index("Error: ") :].strip())
    assert len(errors[errors.index("Error: ") :].strip().splitlines()) == 1


WRONG_OPTIONS = {
    (
        "run",
        "--from-nodes=penguins.accept_tabel",
    ): "--from-nodes: there is no node 'penguins.accept_tabel'; did you mean",
    ("run", "--to-nodes=x"): "--to-nodes: there is no node 'x'; valid: penguins.accept_table",
    ("run", "--nodes=x"): "--nodes: there is no node 'x'; valid: ",
    ("run", "--tags=evaluatoin"): "--tags: there is no stage 'evaluatoin'; did you mean 'evaluation'?",
    ("run", "--tags=nas,x"): "--tags: there is no stage 'x'; valid: evaluation, ",
    ("run", "--namespaces=pengins"): "--namespaces: there is no task 'pengins'; did you mean 'penguins'?",
    ("run", "--from-inputs=penguins.tabel"): "--from-inputs: there is no dataset 'penguins.tabel'; did you mean",
    ("run", "--to-outputs=x"): "--to-outputs: there is no dataset 'x'; valid: ",
    ("run", "--pipeline=pengins"): "--pipeline: there is no pipeline 'pengins'; did you mean 'penguins'?",
    ("run", "--pipelines=penguins,x"): "--pipeline: there is no pipeline 'x'; valid: ",
    (
        "run",
        "--tags=nas",
        "--to-nodes=penguins.accept_table",
    ): "no node matches all options: --tags=nas --to-no",
    ("run", "--runner=ThreadRuner"): "--runner: there is no runner 'ThreadRuner'; did you mean 'ThreadRunner'?",
    ("run", "--runner=os.nothing"): "--runner: there is no runner 'os.nothing'; valid: SequentialRunner, ",
    (
        "run",
        "--load-versions=penguins.table:2020",
    ): "--load-versions: this project is versioned by DVC and git, not by Kedro (penguins.table)",
    ("run", "--env=smok"): "--env: there is no environment 'smok' in conf; did you mean 'smoke'?",
    ("run", "--env=../conf/smok\x1b[31m"): r"there is no environment '../conf/smok\\x1b[31m' in conf",
    ("run", "--conf-source=pyproject.toml"): "--conf-source: must be a settings folder, got /",
    ("run", "--conf-source=nowhere"): "Invalid value for '--conf-source'",
    ("run", "--params=penguins.nas.seedd=3"): "--params: penguins.nas.seedd: unknown key 'seedd'; did you mean 'seed'?",
    ("run", "--params=penguins.nas.seed=x"): "--params: penguins.nas.seed: should be a valid integer",
    ("run", "--params=penguins.nass.seed=3"): "--params: penguins.nass: unknown section; did you mean 'nas'?",
    ("run", "--params=penguins.nas=3"): "--params: penguins.nas must be a mapping of keys to values, got 3",
    (
        "run",
        "--params=pengins.nas.seed=3",
    ): "--params: there is no task 'pengins' in conf/base; did you mean 'penguins'?",
    ("run", "--params=x"): "Invalid format of `params` option",
    ("run", "--is-async"): "No such option",
    ("tasks", "--env=smok"): "--env: there is no environment 'smok' in conf; did you mean 'smoke'?",
    ("report", "--env=smok"): "--env: there is no environment 'smok' in conf; did you mean 'smoke'?",
    ("replay", "penguins", "--env=smok"): "--env: there is no environment 'smok' in conf; did you mean 'smoke'?",
    ("replay", "pengins"): "there is no task 'pengins'; did you mean 'penguins'?",
    ("ipython", "--env=smok"): "--env: there is no environment 'smok' in conf; did you mean 'smoke'?",
    ("jupyter", "lab"): "this command needs jupyterlab, which is not installed with the project",
    ("jupyter", "notebook"): "this command needs notebook, which is not installed with the project",
    ("dvc-sync", "--env=smok"): "--env: DVC can only track environments that a team shares, not 'smok'; did you mean",
    ("dvc-verify", "x"): "dvc.lock knows no stage or task 'x'",
    ("compare", "x"): "git knows no commit 'x'",
    ("add-task", "--file", "data/01_raw/x.csv", "--target", "y"): "x.csv",
}


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project of one task; do not change it."""
    project = clone(tmp_path_factory.mktemp("shell") / "project")
    leave_one_task(project, "penguins")
    return project


@pytest.fixture(scope="module")
def answers(project):
    told = ask(project, [(None, "", command) for command in WRONG_OPTIONS])
    return dict(zip(WRONG_OPTIONS, told, strict=True))


@pytest.mark.parametrize("command", WRONG_OPTIONS, ids=" ".join)
def test_a_wrong_option_is_told_in_a_line_with_what_would_be_right(command, answers):
    assert_told(answers[command], WRONG_OPTIONS[command])


def test_a_wrong_setting_is_blamed_on_the_file_that_has_it(tmp_path):
    project = clone(tmp_path / "p")
    base = project / "conf/base/parameters/penguins.yml"
    base.write_text(base.read_text().replace("    folds:", "    fold:").replace("folds: 5", "fold: 5"))
    ((_, _, errors, _),) = ask(project, [(None, "", ["run", "--env=smoke", "--params=penguins.nas.seed=3"])])
    assert "Error: conf/base/parameters/penguins.yml: penguins.preprocessing.split.fold: unknown key 'fold'" in errors


EVERY_COMMAND = [
    ["run", "--tags=validation"],
    ["tasks"],
    ["report"],
    ["replay", "penguins"],
    ["dvc-sync"],
    ["dvc-verify"],
    ["compare", "HEAD"],
    ["add-task", "--file", "data/01_raw/penguins.csv", "--target", "species", "--name", "again"],
]
BROKEN = [
    ("conf/base/parameters/penguins.yml", "penguins: {task: {modality: tabluar}}\n"),
    ("conf/base/catalog/penguins.yml", "penguins.raw: {type: no.such.Dataset}\n"),
    ("conf/base/globals.yml", "data: ${nowhere}\n"),
    ("dvc.lock", "stages: [1,\n"),
    ("dvc.yaml", "stages: [1,\n"),
]


def test_every_command_says_in_a_line_what_is_broken(tmp_path):
    project = clone(tmp_path / "p")
    leave_one_task(project, "penguins")
    (project / "dvc.lock").write_text("stages: {}\n")
    subprocess.run(["git", "init", "-q"], cwd=project, check=True)
    subprocess.run(["git", "add", "dvc.yaml"], cwd=project, check=True)
    run(project, "git", "commit", "-qm", "all")
    told = []
    for process in (BROKEN[:1], BROKEN[1:]):  # a process reads tasks once
        cases = [(file, text, command) for file, text in process for command in EVERY_COMMAND]
        told += zip(cases, ask(project, cases), strict=True)
    for case, (code, _, errors, exception) in told:
        assert code == 0 or exception == f"SystemExit({code})", (case, exception)
        assert code == 0 or errors.count("Error: ") == 1, (case, errors)
    assert sum(code != 0 for _, (code, *_) in told) >= 20  # the others read nothing of what is broken


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """What `pip install` of the packaged project would put beside other packages."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = clone(folder / "project")
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "-w", str(folder), "."]
    subprocess.run(command, cwd=copy, check=True, capture_output=True, timeout=120)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def start(installed, folder, *options):
    return subprocess.run(
        [sys.executable, "-m", "automl_flow", *options],
        cwd=folder,
        env={**environment(folder), "PYTHONPATH": str(installed)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("options", "code", "expected"),
    [
        ((), 1, "conf: no project settings; run this in the project folder, or set --conf-source"),
        (("--help",), 0, "Usage: python -m automl_flow [OPTIONS]"),
        ((f"--conf-source={ROOT / 'conf'}", "--tags=x"), 1, "Error: --tags: there is no stage 'x'; valid: evaluation"),
        ((f"--conf-source={ROOT / 'conf'}", "--pipelines=penguins"), 1, "data/01_raw/penguins.csv: no such file"),
    ],
)
def test_the_packaged_project_outside_a_checkout_says_what_it_needs(options, code, expected, installed, tmp_path):
    done = start(installed, tmp_path, *options)
    assert done.returncode == code
    assert expected in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert not any(tmp_path.iterdir())


def test_the_packaged_project_runs_the_settings_that_it_is_given(installed, tmp_path):
    (tmp_path / "data/01_raw").mkdir(parents=True)
    shutil.copy(ROOT / "data/01_raw/penguins.csv", tmp_path / "data/01_raw")
    options = (f"--conf-source={ROOT / 'conf'}", "--pipelines=penguins", "--tags=validation")
    done = start(installed, tmp_path, *options)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data/02_intermediate/penguins/table.parquet").is_file()
