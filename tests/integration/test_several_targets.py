"""Tasks with several targets, from raw files to reports."""

import json

import pandas as pd
import pytest

from automl_flow import load_model
from tests.integration.project import clone, edit, leave_one_task, succeed

TASKS = {
    "bodies": ("penguins", "multioutput", ["bill_length_mm", "flipper_length_mm", "body_mass_g"]),
    "answers": ("mortgage", "multilabel", ["deny", "insurance"]),
}
BUDGET = {
    "validation": {},
    "preprocessing": {"split": {"holdout": 0.2, "folds": 3}},
    "feature_engineering": {},
    "model_search": {"max_trials": 2, "families": ["lightgbm", "linear"], "n_jobs": 1},
    "nas": {"space": "tabular", "max_trials": 1, "epochs": 1, "final_epochs": 1, "final_seeds": 1, "n_jobs": 1},
    "evaluation": {"bootstrap": 50, "row_predictions": 1000, "repeats": 0},
}

pytestmark = pytest.mark.timeout(900)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A clone in which two tasks with several targets have run."""
    project = clone(tmp_path_factory.mktemp("several") / "project")
    leave_one_task(project, "none")
    for task, (raw, problem, targets) in TASKS.items():
        for kind in ("parameters", "catalog"):
            (project / f"conf/base/{kind}/{task}.yml").write_text("{}")
        settings = {"task": {"modality": "tabular", "target": targets, "problem": problem}, **BUDGET}
        edit(project, f"conf/base/parameters/{task}.yml", lambda to, task=task, own=settings: to.update({task: own}))
        table = {"type": "automl_flow.datasets.tables.RawTableDataset", "filepath": f"data/01_raw/{raw}.csv"}
        entries = {f"{task}.raw": table, f"{task}.new_rows": table}
        edit(project, f"conf/base/catalog/{task}.yml", lambda to, entries=entries: to.update(entries))
    succeed(project, "kedro", "run")
    return project


@pytest.mark.parametrize("task", TASKS)
def test_a_task_with_several_targets_ends_in_a_report_of_each(task, project):
    _, problem, targets = TASKS[task]
    folder = project / "data/08_reporting" / task
    metrics = json.loads((folder / "metrics.json").read_text())
    assert list(metrics["targets"]) == sorted(targets) or list(metrics["targets"]) == targets
    optimised = "relative_rmse" if problem == "multioutput" else "log_loss"
    assert metrics["holdout"][optimised] < metrics["baselines"]["baseline_prior"]
    for page in ("report.html", "model_card.md"):
        text = (folder / page).read_text().replace("\\_", "_")
        assert all(target in text for target in targets)
    predicted = pd.read_csv(project / f"data/07_model_output/{task}/predictions.csv")
    chances = [f"probability of {target}" for target in targets] if problem == "multilabel" else []
    assert predicted.columns.tolist() == ["row", *targets, *chances]


@pytest.mark.parametrize("task", TASKS)
def test_its_model_loads_and_predicts_all_targets(task, project):
    raw, _, targets = TASKS[task]
    model = load_model(project / "data/06_models" / task / "model")
    rows = pd.read_csv(project / f"data/01_raw/{raw}.csv").head(7)
    assert model.predict(rows.drop(columns=targets)).shape == (7, len(targets))
