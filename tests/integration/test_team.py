"""Several people and machines: a remote, merges, comparisons."""

import json
import re
import shlex
import shutil

import pytest
import yaml

from tests.architecture.test_commands import COMMANDS
from tests.integration.project import edit, run, succeed

TASK = "penguins"
NODES = "src/automl_flow/pipelines/inference/nodes.py"
CATALOG = "conf/base/catalog/inference.yml"
PARAMETERS = f"conf/base/parameters/{TASK}.yml"

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the run that all share


def commit(project, message):
    succeed(project, "git", "add", "-A")
    succeed(project, "git", "commit", "-qm", message)


def append_comment(project, name):
    with (project / name).open("a") as sink:
        sink.write("# changed\n")


def lose_results(project):
    """Remove DVC's cache and state, and all results that git does not keep: what a fresh clone looks like."""
    for folder in (".dvc/cache", ".dvc/tmp"):
        shutil.rmtree(project / folder)
    succeed(project, "git", "clean", "-qfdX", "data")


def test_results_come_back_from_a_remote_without_running_anything(changing, tmp_path):
    succeed(changing, "dvc", "remote", "add", "--local", "-d", "shared", str(tmp_path / "remote"))
    succeed(changing, "dvc", "push", "-q", "--run-cache")
    lose_results(changing)
    assert not (changing / f"data/03_primary/{TASK}/split.json").exists()
    succeed(changing, "dvc", "pull", "-q", "--run-cache")
    output = succeed(changing, "dvc", "repro", "--pull")
    assert "Running stage" not in output
    assert "up to date" in output
    assert succeed(changing, "git", "status", "--porcelain") == ""
    (changing / ".dvc/config.local").unlink()


def test_two_changes_of_one_stage_never_merge_into_a_result_that_nobody_made(changing):
    """Without a rule for merges, git would join the two locks without a word: their lines are far apart."""
    for branch, file in (("code", NODES), ("settings", CATALOG)):
        succeed(changing, "git", "checkout", "-q", "-b", branch, "main")
        append_comment(changing, file)
        succeed(changing, "dvc", "repro", "-q", f"{TASK}-inference")
        commit(changing, branch)
    merged = run(changing, "git", "merge", "-q", "code", "-m", "merge")
    assert merged.returncode != 0
    assert succeed(changing, "git", "diff", "--name-only", "--diff-filter=U").split() == ["dvc.lock"]

    # What docs/teams.md says to do.
    succeed(changing, "kedro", "dvc-sync")
    output = succeed(changing, "dvc", "repro")
    assert f"Running stage '{TASK}-inference'" in output
    commit(changing, "merge")

    assert "up to date" in succeed(changing, "dvc", "status")
    assert "everything present matches dvc.lock" in succeed(changing, "kedro", "dvc-verify")
    recorded = yaml.safe_load((changing / "dvc.lock").read_text())["stages"][f"{TASK}-inference"]["deps"]
    before = yaml.safe_load(succeed(changing, "git", "show", "main:dvc.lock"))["stages"][f"{TASK}-inference"]["deps"]
    assert {dep["path"] for dep in recorded if dep not in before} == {NODES, CATALOG}


def test_versions_are_compared_by_names_that_say_what_they_are(changing):
    edit(changing, PARAMETERS, lambda task: task[TASK]["evaluation"].update(bootstrap=40))
    path = changing / f"data/08_reporting/{TASK}/metrics.json"
    metrics = json.loads(path.read_text())
    metrics["holdout"]["log_loss"] += 0.5
    path.write_text(json.dumps(metrics))
    changed = json.loads(succeed(changing, "dvc", "metrics", "diff", "--json", "main"))
    assert changed[f"data/08_reporting/{TASK}/metrics.json"]["holdout.log_loss"]["diff"] == pytest.approx(0.5)
    settings = json.loads(succeed(changing, "dvc", "params", "diff", "--json", "main"))
    assert settings == {PARAMETERS: {f"{TASK}.evaluation.bootstrap": {"old": 50, "new": 40, "diff": -10}}}


def test_an_experiment_runs_what_follows_from_a_setting_and_is_kept_beside_the_commit(changing):
    output = succeed(
        changing,
        "dvc",
        "exp",
        "run",
        "-n",
        "quicker",
        "-S",
        f"{PARAMETERS}:{TASK}.evaluation.bootstrap=60",
        f"{TASK}-evaluation",
    )
    assert set(re.findall(rf"Running stage '{TASK}-(\w+)'", output)) - {"inference"} == {"evaluation"}
    succeed(changing, "git", "checkout", "-q", "--force", "main")
    (documented,) = [command for command in COMMANDS if command.startswith("dvc exp show")]
    columns, *rows = succeed(changing, *shlex.split(documented), "--csv").splitlines()
    assert any("quicker" in row for row in rows)
    assert f"{TASK}.evaluation.bootstrap" in columns  # the setting,
    assert "interval.high" in columns  # the metric,
    assert "src/" not in columns  # and none of the files
    assert "metrics.json," not in columns
    succeed(changing, "dvc", "exp", "branch", "quicker", "my-branch")
    assert "bootstrap: 60" in succeed(changing, "git", "show", f"my-branch:{PARAMETERS}")
    succeed(changing, "git", "branch", "-q", "-D", "my-branch")
    succeed(changing, "dvc", "exp", "remove", "quicker")


def test_the_page_of_a_comparison_needs_no_checkout(changing):
    assert f"{TASK}: Identical, byte for byte." in succeed(
        changing, "kedro", "compare", "main", "--output", "page.html"
    )
    edit(changing, PARAMETERS, lambda task: task[TASK]["model_search"].update(max_trials=9))
    output = succeed(changing, "kedro", "compare", "main", "--output", "page.html")
    assert "Identical" not in output
    assert "main" in (changing / "page.html").read_text()
    assert "its model_search settings differ from those that dvc.lock records" in output
    assert succeed(changing, "git", "status", "--porcelain").split() == ["M", PARAMETERS, "??", "page.html"]
    (changing / "page.html").unlink()
