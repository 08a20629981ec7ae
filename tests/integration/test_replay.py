"""``kedro replay`` repeats what a clock-bounded run found, and says so or says why not."""

import json
import shutil

import pytest

from tests.integration.project import edit, run

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the run that all share
TASK = "penguins"
CONSTANT = 3  # exit code of a run whose model is a constant
SEARCH = ("kedro", "run", "--env=smoke", f"--namespaces={TASK}", "--tags=model_search")
REPLAY = ("kedro", "replay", TASK, "--env=smoke")
TRIALS = f"data/smoke/07_model_output/{TASK}/trials.json"


@pytest.fixture
def limited(smoke, tmp_path):
    """A project whose model search ends by the clock; its families never stop in the middle of a fit."""
    project = tmp_path / "p"
    shutil.copytree(smoke, project, ignore=shutil.ignore_patterns(".automl_flow"))
    limits = {"max_trials": None, "time_left_for_this_task": 12.0, "n_jobs": 2}
    # On a machine so busy that nothing finishes there is a constant to be repeated.
    settings = {**limits, "families": ["linear", "knn"], "if_nothing_finished": "constant"}
    edit(project, f"conf/smoke/parameters/{TASK}.yml", lambda task: task[TASK]["model_search"].update(settings))
    done = run(project, *SEARCH)
    assert done.returncode in (0, CONSTANT), done.stderr
    return project


def test_a_search_that_the_clock_ended_is_repeated_to_the_byte(limited):
    reproduce = json.loads((limited / TRIALS).read_text())["reproduce"]
    done = run(limited, *REPLAY)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "repeated without a clock, identical byte for byte" in done.stdout
    assert f"{reproduce['max_trials']} trials; {len(reproduce['skip_trials'])} that the clock" in done.stdout


def test_an_architecture_search_is_repeated_without_its_clock(smoke, tmp_path):
    project = tmp_path / "p"
    shutil.copytree(smoke, project, ignore=shutil.ignore_patterns(".automl_flow"))
    limit = {"time_left_for_this_task": 0.1}  # in which nothing could be trained
    edit(project, f"conf/smoke/parameters/{TASK}.yml", lambda task: task[TASK]["nas"].update(limit))
    done = run(project, *REPLAY, "--stage=nas")
    assert done.returncode == 0, done.stdout + done.stderr
    for name in ("nas_trials", "architecture", "network", "nas_oof"):
        assert f"  same  {TASK}.{name}\n" in done.stdout
    assert f"{TASK}, nas: repeated without a clock, identical byte for byte" in done.stdout
    assert not (project / ".automl_flow/smoke").exists()  # the project's own journals were not asked


def test_a_difference_fails_and_names_the_output(smoke, tmp_path):
    project = tmp_path / "p"
    shutil.copytree(smoke, project, ignore=shutil.ignore_patterns(".automl_flow"))
    document = json.loads((project / TRIALS).read_text())
    document["trials"][0]["attrs"]["cut_short"] = True
    document["reproduce"]["exact"] = False
    (project / TRIALS).write_text(json.dumps(document))
    done = run(project, *REPLAY)
    assert done.returncode == 1
    assert "cannot be repeated exactly: the clock cut the training of trials 0 short" in done.stdout
    assert "same  penguins.ensemble" in done.stdout
    assert f"Error: the replay differs in {TASK}.trials: the clock cut" in done.stderr


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("kedro", "replay", "pinguins", "--env=smoke"), "no task 'pinguins'; did you mean 'penguins'?"),
        (("kedro", "replay", "digits", "--env=smoke"), "digits has no stage 'model_search'"),
        (("kedro", "replay", TASK, "--env=base"), "trials.json: no such file; run the stage that makes it first"),
    ],
)
def test_what_cannot_be_replayed_is_said(command, message, smoke):
    done = run(smoke, *command)
    assert done.returncode == 1
    assert message in done.stderr
    assert "Traceback" not in done.stderr
