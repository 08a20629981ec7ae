"""One graph with two front doors: DVC runs what Kedro describes, and nothing twice."""

import re
import shutil
import stat

import pytest
import yaml

from tests.integration.project import edit, run, succeed

TASK = "penguins"
STAGES = ["validation", "preprocessing", "feature_engineering", "model_search", "nas", "evaluation", "inference"]

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the run that all share


def changed_stages(project):
    """Stages that are not up to date, as DVC says."""
    return set(re.findall(rf"^{TASK}-(\w+):", succeed(project, "dvc", "status"), re.MULTILINE))


def test_a_second_repro_does_nothing(tracked):
    assert "Running stage" not in succeed(tracked, "dvc", "repro")
    assert succeed(tracked, "git", "status", "--porcelain") == ""


def test_every_stage_is_one_command_with_its_own_settings(tracked):
    text = (tracked / "dvc.yaml").read_text()
    for stage in STAGES:
        assert f"kedro run --env=base --namespaces={TASK} --tags={stage}\n" in text
    assert "penguins.nas" in text.split("penguins-nas:")[1].split("penguins-evaluation:")[0]


def test_results_are_ignored_by_git_but_metrics_and_pointers_are_not(tracked):
    def ignored(name):
        return run(tracked, "git", "check-ignore", "-q", name).returncode == 0

    assert ignored(f"data/02_intermediate/{TASK}/table.parquet")
    assert ignored(f"data/08_reporting/{TASK}/report.html")
    assert ignored(".automl_flow/state")
    assert not ignored(f"data/08_reporting/{TASK}/metrics.json")
    assert not ignored("data/01_raw/new.csv")
    assert not ignored("data/01_raw/new.csv.dvc")
    assert not ignored("data/02_intermediate/new.parquet.dvc")


def test_metrics_and_plots_are_registered(tracked):
    assert "log_loss" in succeed(tracked, "dvc", "metrics", "show", "--json")
    page = succeed(tracked, "dvc", "plots", "show", "--json")
    for plot in ("leaderboard", "trajectory", "confusion", "calibration", "roc", "pareto"):
        assert f"08_reporting/{TASK}/{plot}.csv" in page


def test_one_parameter_reruns_its_stage_and_what_depends_on_it(changing):
    edit(changing, f"conf/base/parameters/{TASK}.yml", lambda task: task[TASK]["nas"].update(seed=7))
    assert changed_stages(changing) == {"nas"}
    ran = set(re.findall(rf"Running stage '{TASK}-(\w+)'", succeed(changing, "dvc", "repro")))
    assert ran - {"inference"} == {"nas", "evaluation"}  # inference follows where the model has changed


@pytest.mark.parametrize(
    ("file", "stages"),
    [
        ("src/automl_flow/reports/words.py", {"evaluation"}),
        ("src/automl_flow/models/linear.py", {"model_search", "evaluation", "inference"}),
        ("src/automl_flow/checks/few_rows.py", {"validation"}),
        ("src/automl_flow/cli/adding.py", set()),
        ("conf/base/catalog/inference.yml", {"inference"}),
        ("conf/base/expectations/penguins.yml", {"validation"}),
        ("conf/base/globals.yml", set(STAGES)),
        ("requirements.lock", set(STAGES)),
    ],
)
def test_a_change_concerns_the_stages_that_use_the_file(file, stages, changing):
    with (changing / file).open("a") as sink:
        sink.write("# changed\n")
    assert changed_stages(changing) == stages


def test_compiled_files_concern_no_stage(tracked):
    (tracked / "src/automl_flow/core/__pycache__").mkdir(exist_ok=True)
    (tracked / "src/automl_flow/core/__pycache__/more.cpython-311.pyc").write_bytes(b"x")
    assert changed_stages(tracked) == set()


def test_local_settings_change_no_tracked_result_and_are_named(changing):
    local = changing / "conf/local"
    (local / "parameters").mkdir()
    (local / f"parameters/{TASK}.yml").write_text(f"{TASK}: {{preprocessing: {{split: {{folds: 3}}}}}}\n")
    (local / "parameters_more.yml").write_text(f"{TASK}: {{preprocessing: {{split: {{seed: 3}}}}}}\n")
    (local / "catalog.yml").write_text('"{task}.table": {type: no.such.Dataset, filepath: elsewhere}\n')
    (local / "globals.yml").write_text("data: elsewhere\n")
    split = (changing / f"data/03_primary/{TASK}/split.json").read_bytes()
    output = succeed(changing, "dvc", "repro", "--force", "--single-item", f"{TASK}-preprocessing")
    assert (changing / f"data/03_primary/{TASK}/split.json").read_bytes() == split
    named = re.sub(r"\s+", "", output.split("Not read in a stage that DVC runs")[1])
    for name in ("catalog.yml", "globals.yml", f"parameters/{TASK}.yml", "parameters_more.yml"):
        assert f"conf/local/{name}" in named
    shutil.rmtree(local)
    local.mkdir()
    (local / ".gitkeep").touch()


def test_drift_is_found_with_a_diff_and_the_way_to_mend_it(changing):
    name = "conf/base/catalog/preprocessing.yml"
    (changing / name).write_text((changing / name).read_text().replace("split.json", "splits.json"))
    done = run(changing, "kedro", "dvc-sync", "--check")
    assert done.returncode != 0
    assert f"+    - data/03_primary/{TASK}/splits.json" in done.stdout
    assert "run `kedro dvc-sync` to fix it" in done.stderr
    assert "splits.json" not in (changing / "dvc.yaml").read_text()
    succeed(changing, "kedro", "dvc-sync")
    succeed(changing, "kedro", "dvc-sync", "--check")


def test_a_damaged_input_stops_the_stage_that_reads_it(changing):
    succeed(changing, "dvc", "unprotect", f"data/03_primary/{TASK}/profile.json")
    (changing / f"data/03_primary/{TASK}/profile.json").write_text("{}\n")
    done = run(changing, "kedro", "run", "--env=base", f"--namespaces={TASK}", "--tags=inference")
    assert done.returncode == 0  # it does not read the profile
    done = run(
        changing,
        *("kedro", "run", "--env=base", f"--namespaces={TASK}", "--tags=feature_engineering"),
        DVC_STAGE=f"{TASK}-feature_engineering",
    )
    assert done.returncode != 0
    assert "not what dvc.lock says the stages made" in done.stderr


def damage(project, name, lock_file="dvc.lock"):
    """Alter DVC's copy of an output as a bad disk would: the bytes, and nothing that DVC looks at."""
    lock = yaml.safe_load((project / lock_file).read_text())
    (md5,) = [out["md5"] for stage in lock["stages"].values() for out in stage["outs"] if out["path"] == name]
    place = project / ".dvc/cache/files/md5" / md5[:2] / md5[2:]
    place.chmod(0o644)
    place.write_text("{}")
    place.chmod(0o444)
    return place.relative_to(project).as_posix()


def test_a_damaged_object_of_the_cache_is_named_and_mended_from_the_project(changing):
    name = f"data/03_primary/{TASK}/recipe.json"
    place = damage(changing, name)
    done = run(changing, "kedro", "dvc-verify")
    assert done.returncode != 0
    assert f"damaged object {changing / place}: {name}, made by stage {TASK}-preprocessing" in done.stdout
    assert "`kedro dvc-verify --mend`" in done.stderr
    assert "repaired from the copies in the project" in succeed(changing, "kedro", "dvc-verify", "--mend")
    assert "everything present matches dvc.lock" in succeed(changing, "kedro", "dvc-verify", TASK)


def test_a_damaged_object_that_was_handed_out_is_made_anew(changing):
    name = f"data/03_primary/{TASK}/recipe.json"
    good = (changing / name).read_bytes()
    damage(changing, name)
    (changing / name).unlink()
    succeed(changing, "dvc", "checkout", "-q", name)
    assert (changing / name).read_bytes() == b"{}"  # DVC does not look
    output = succeed(changing, "kedro", "dvc-verify", "--mend", f"{TASK}-nas")
    assert f"dvc repro {TASK}-preprocessing" in output
    succeed(changing, "dvc", "repro", f"{TASK}-preprocessing")
    assert (changing / name).read_bytes() == good
    assert succeed(changing, "git", "status", "--porcelain") == ""


@pytest.fixture
def prod(changing):
    """The same with a further environment, of which DVC has run a stage and what stands before it."""
    folder = changing / "conf/prod"
    (folder / "parameters").mkdir(parents=True)
    (folder / "globals.yml").write_text("data: data/prod\nstate: .automl_flow/prod\n")
    (folder / f"parameters/{TASK}.yml").write_text(f"{TASK}: {{preprocessing: {{split: {{seed: 7}}}}}}\n")
    assert "wrote conf/prod/dvc.yaml: 7 stages" in succeed(changing, "kedro", "dvc-sync", "--env", "prod")
    succeed(changing, "dvc", "repro", "-q", f"conf/prod/dvc.yaml:{TASK}-preprocessing")
    yield changing
    shutil.rmtree(changing / "data/prod")


def test_a_further_environment_has_results_of_its_own_that_are_verified_too(prod):
    name = f"03_primary/{TASK}/split.json"
    assert (prod / "data" / name).read_bytes() != (prod / "data/prod" / name).read_bytes()
    assert "everything present matches dvc.lock" in succeed(prod, "kedro", "dvc-verify")
    place = damage(prod, f"data/prod/{name}", "conf/prod/dvc.lock")
    (prod / f"data/prod/{name}").unlink()
    done = run(prod, "kedro", "dvc-verify")
    assert done.returncode == 1
    stage = f"conf/prod/dvc.yaml:{TASK}-preprocessing"
    assert f"damaged object {prod / place}: data/prod/{name}, made by stage {stage}" in done.stdout
    assert f"dvc repro {stage}" in succeed(prod, "kedro", "dvc-verify", "--mend")
    succeed(prod, "dvc", "repro", "-q", stage)
    assert "everything present matches dvc.lock" in succeed(prod, "kedro", "dvc-verify", stage)


@pytest.fixture
def run_without_dvc(tracked, tmp_path):
    """A clone in which `kedro run` made everything and DVC's cache is empty."""
    clone_of = tmp_path / "clone"
    shutil.copytree(tracked, clone_of, ignore=shutil.ignore_patterns("cache", "tmp"))
    for path in (clone_of / "data").rglob("*"):
        path.chmod(path.stat().st_mode | stat.S_IWUSR)
    return clone_of


def test_dvc_takes_over_what_kedro_run_has_made(run_without_dvc):
    assert "outputs of 7 stages." in succeed(run_without_dvc, "kedro", "dvc-adopt")
    assert "Running stage" not in succeed(run_without_dvc, "dvc", "repro")
    assert "nothing to add to DVC's cache" in succeed(run_without_dvc, "kedro", "dvc-adopt")


def test_what_another_processor_made_is_named_in_a_sentence_and_the_rest_is_taken_over(run_without_dvc):
    """Other last digits in the network: what follows from it differs too, and a metric is in git."""
    metrics = f"data/08_reporting/{TASK}/metrics.json"
    for name in (f"data/06_models/{TASK}/architecture.json", metrics):
        with (run_without_dvc / name).open("a") as sink:
            sink.write(" ")
    done = run(run_without_dvc, "kedro", "dvc-adopt")
    assert (done.returncode, done.stderr) == (0, "")
    taken, sentence = done.stdout.splitlines()
    assert taken == "DVC adopted the outputs of 5 stages."
    assert sentence.startswith(f"2 of 7 stages differ from dvc.lock (git status lists {metrics})")
    assert sentence.endswith(f": {TASK} (nas, evaluation).")
    assert succeed(run_without_dvc, "git", "status", "--porcelain").split() == ["M", metrics]


def test_results_of_changed_settings_are_not_blamed_on_the_processor(run_without_dvc):
    edit(run_without_dvc, f"conf/base/parameters/{TASK}.yml", lambda task: task[TASK]["nas"].update(seed=7))
    with (run_without_dvc / f"data/06_models/{TASK}/architecture.json").open("a") as sink:
        sink.write(" ")
    _, sentence = succeed(run_without_dvc, "kedro", "dvc-adopt").splitlines()
    assert sentence.startswith("Code, data or settings have changed since dvc.lock was written")
    assert sentence.endswith(f"the results of {TASK} (nas, evaluation, inference).")


def test_only_the_cheap_stage_has_results_outside_the_cache(tracked):
    stages = (tracked / "dvc.yaml").read_text().split(f"  {TASK}-")
    assert [text.split(":")[0] for text in stages if "cache: false" in text] == ["evaluation"]


def test_no_tool_calls_home(tracked):
    assert (tracked / ".telemetry").read_text() == "consent: false\n"
    settings = succeed(tracked, "dvc", "config", "--list")
    assert "core.analytics=false" in settings
    assert "core.check_update=false" in settings
    code = """
from pathlib import Path
from kedro_telemetry.plugin import _check_for_telemetry_consent
assert _check_for_telemetry_consent(Path.cwd()) is False
"""
    succeed(tracked, "python", "-c", code)
