"""All tasks from raw files to reports, in one run."""

import json
import re

import pandas as pd
import pytest

from tests.integration.project import files_below, succeed

TABLES = ("diabetes", "mortgage", "penguins")
ARRAYS = ("digits", "vowels")
EVERYONE = {
    "06_models/{}/architecture.json",
    "06_models/{}/model/manifest.json",
    "06_models/{}/network/network.safetensors",
    "07_model_output/{}/nas_oof.npz",
    "07_model_output/{}/nas_trials.json",
    "07_model_output/{}/predictions.csv",
    "08_reporting/{}/data_docs.html",
    "08_reporting/{}/findings.json",
    "08_reporting/{}/leaderboard.csv",
    "08_reporting/{}/metrics.json",
    "08_reporting/{}/model_card.md",
    "08_reporting/{}/pareto.csv",
    "08_reporting/{}/report.html",
    "08_reporting/{}/trajectory.csv",
}
OF_TABLES = {
    "02_intermediate/{}/table.parquet",
    "03_primary/{}/profile.json",
    "03_primary/{}/recipe.json",
    "03_primary/{}/split.json",
    "04_feature/{}/feature_plan.json",
    "06_models/{}/candidates.json",
    "06_models/{}/ensemble/manifest.json",
    "07_model_output/{}/oof.npz",
    "07_model_output/{}/trials.json",
}

pytestmark = pytest.mark.timeout(1800)  # the first test waits for the run that all share


def load(smoke, name):
    return json.loads((smoke / "data/smoke" / name).read_text())


@pytest.mark.parametrize("task", [*TABLES, *ARRAYS])
def test_every_stage_leaves_its_results(task, smoke):
    wanted = EVERYONE | (OF_TABLES if task in TABLES else {"02_intermediate/{}/arrays.npz"})
    assert {name.format(task) for name in wanted} <= files_below(smoke / "data/smoke")


def test_a_quick_try_leaves_tracked_results_alone(smoke):
    assert [path.name for path in (smoke / "data").iterdir() if re.match(r"0[2-8]_", path.name)] == []


def test_nothing_half_written_is_left(smoke):
    assert [name for name in files_below(smoke / "data") if name.endswith((".tmp", ".old"))] == []


@pytest.mark.parametrize("task", [*TABLES, *ARRAYS])
def test_the_run_ends_with_headline_and_report(task, smoke):
    output = (smoke / "output.txt").read_text()
    assert re.search(rf"{task}: \w+ [\d.]+ \([\d.]+ to [\d.]+\) on \d+ holdout rows \(default LightGBM", output)
    assert f"report: data/smoke/08_reporting/{task}/report.html" in output


def test_the_run_begins_with_plan_and_budget(smoke):
    plan = (smoke / "output.txt").read_text().split("accept_")[0]
    assert "Plan: 5 tasks" in plan
    assert re.search(r"mortgage: validation, .*nas \(2 trials, each training at most 2 min\)", plan)
    assert re.search(r"digits: validation, preprocessing, nas", plan)
    assert "8 of 8 search steps have no time limit" in plan


@pytest.mark.parametrize("task", [*TABLES, *ARRAYS])
def test_documents_hold_no_times(task, smoke):
    for path in (smoke / "data/smoke").rglob(f"*/{task}/*.json"):
        assert not re.search(r'"(seconds|elapsed|timestamp|time|peak_mb)":', path.read_text()), path


@pytest.mark.parametrize("task", [*TABLES, *ARRAYS])
def test_even_a_tiny_search_beats_the_prior(task, smoke):
    metrics = load(smoke, f"08_reporting/{task}/metrics.json")
    metric = {"mortgage": "roc_auc", "penguins": "log_loss", "diabetes": "rmse"}.get(task, "accuracy")
    gain = metrics["holdout"][metric] - metrics["baselines"]["baseline_prior"]
    assert gain > 0 if metric in ("roc_auc", "accuracy") else gain < 0


def test_the_holdout_of_an_archive_is_its_own_test_part(smoke):
    metrics = load(smoke, "08_reporting/vowels/metrics.json")
    assert metrics["rows"] == {"train": 270, "holdout": 370}


def test_every_new_row_is_predicted(smoke):
    predictions = pd.read_csv(smoke / "data/smoke/07_model_output/penguins/predictions.csv")
    assert len(predictions) == 344
    probabilities = predictions.filter(like="probability of")
    assert probabilities.sum(axis=1).between(0.999, 1.001).all()
    assert set(predictions["species"]) <= {"Adelie", "Chinstrap", "Gentoo"}


def test_the_saved_model_predicts_raw_rows_without_kedro(smoke):
    code = """
import sys, pandas as pd, automl_flow
model = automl_flow.load_model("data/smoke/06_models/mortgage/model")
rows = pd.read_csv("data/01_raw/mortgage.csv").head(5)
saved = pd.read_csv("data/smoke/07_model_output/mortgage/predictions.csv").head(5)
assert abs(model.predict_proba(rows)[:, 1] - saved["probability of yes"]).max() < 1e-9
assert "kedro" not in sys.modules and "dvc" not in sys.modules
"""
    succeed(smoke, "python", "-c", code)


def test_a_second_run_repeats_every_byte_without_searching_again(smoke):
    folder = smoke / "data/smoke"
    before = {name: (folder / name).read_bytes() for name in files_below(folder) if "/penguins/" in name}
    output = succeed(smoke, "kedro", "run", "--env=smoke", "--pipeline=penguins")
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert "deprecated" not in output


def test_tasks_are_listed_with_what_is_made(smoke):
    output = succeed(smoke, "kedro", "tasks", "--env=smoke")
    assert "mortgage: tabular, binary, roc_auc" in output
    assert "done  evaluation" in output


def test_the_report_command_links_to_every_task(smoke):
    output = succeed(smoke, "kedro", "report", "--env=smoke")
    assert "all: data/smoke/08_reporting/index.html" in output
    page = (smoke / "data/smoke/08_reporting/index.html").read_text()
    for task in (*TABLES, *ARRAYS):
        assert f'href="{task}/report.html"' in page


def test_nothing_is_reported_before_anything_was_run(smoke):
    assert "no task has been evaluated yet" in succeed(smoke, "kedro", "report", "--env=base")


def test_a_stage_can_be_run_on_its_own_when_its_inputs_are_there(smoke):
    output = succeed(smoke, "kedro", "run", "--env=smoke", "--namespaces=diabetes", "--tags=inference")
    assert "diabetes.predict_new_rows" in output
    assert "diabetes.search_models" not in output
