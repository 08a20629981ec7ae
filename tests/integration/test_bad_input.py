"""Bad input: one clear message, an exit code, and no half-written files."""

import pytest

from tests.integration.project import edit, files_below, run

MORTGAGE = "conf/base/parameters/mortgage.yml"


def fail(project, *command, **variables):
    """Run a command that must fail clearly; return its message."""
    before = files_below(project / "data")
    done = run(project, *command, **variables)
    assert done.returncode != 0
    assert "Traceback" not in done.stderr + done.stdout
    assert files_below(project / "data") == before
    message = done.stderr[done.stderr.index("Error: ") :]
    assert done.stderr.count("Error: ") == 1
    return message


def test_a_missing_raw_file_is_named_with_its_key_and_the_nearest_file(project):
    (project / "data/01_raw/mortgage.csv").rename(project / "data/01_raw/mortgages.csv")
    message = fail(project, "kedro", "run", "--pipelines=mortgage")
    assert "data/01_raw/mortgage.csv: no such file (given in conf/base/catalog/mortgage.yml: mortgage." in message
    assert "did you mean 'mortgages.csv'?" in message


def test_a_wrong_target_is_named_with_its_file_key_and_the_nearest_column(project):
    edit(project, MORTGAGE, lambda task: task["mortgage"]["task"].update(target="denied"))
    message = fail(project, "kedro", "run", "--pipelines=mortgage")
    assert f"{MORTGAGE}: mortgage.task.target: the table has no column 'denied'; did you mean 'deny'?" in message


@pytest.mark.parametrize(
    ("section", "values", "expected"),
    [
        ("preprocessing", {"splt": {}}, "mortgage.preprocessing.splt: unknown key 'splt'; did you mean 'split'?"),
        ("preprocessing", {"split": {"folds": "five"}}, "mortgage.preprocessing.split.folds: "),
        ("validaton", {}, "mortgage.validaton: unknown section; did you mean 'validation'?"),
        ("task", {"modality": "tabular"}, "mortgage.task.problem: this key is required"),
    ],
)
def test_a_wrong_key_or_type_is_named_with_its_file(section, values, expected, project):
    edit(project, MORTGAGE, lambda task: task["mortgage"].update({section: values}))
    assert f"{MORTGAGE}: {expected}" in fail(project, "kedro", "run", "--pipelines=mortgage")


def test_a_file_that_is_not_yaml_is_named(project):
    (project / MORTGAGE).write_text("mortgage:\n  task: [1,\n")
    assert f"{MORTGAGE}: not a YAML document" in fail(project, "kedro", "run", "--pipelines=mortgage")


@pytest.mark.parametrize("content", ["", "deny,pirat\n"])
def test_an_empty_file_is_named(content, project):
    (project / "data/01_raw/mortgage.csv").write_text(content)
    assert "data/01_raw/mortgage.csv: " in fail(project, "kedro", "run", "--pipelines=mortgage")


def test_an_unknown_pipeline_is_named_with_the_nearest(project):
    message = fail(project, "kedro", "run", "--pipelines=mortage")
    assert "there is no pipeline 'mortage'; did you mean 'mortgage'?" in message


def test_another_environment_keeps_the_keys_that_it_does_not_name(project):
    (project / "conf/local/parameters").mkdir()
    (project / "conf/local/parameters/mortgage.yml").write_text("mortgage: {preprocessing: {split: {folds: nine}}}\n")
    message = fail(project, "kedro", "run", "--pipelines=mortgage")
    assert "conf/local/parameters/mortgage.yml: mortgage.preprocessing.split.folds: " in message
    assert "required" not in message


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"filepath": "../outside.parquet"}, "filepath must stay inside the project"),
        ({"type": "pickle.PickleDataset"}, "run code from the files they read"),
        ({"versioned": True}, "versioned: true never settles under DVC"),
    ],
)
def test_an_unsafe_catalog_entry_is_refused(entry, expected, project):
    name = "conf/base/catalog/validation.yml"
    edit(project, name, lambda catalog: catalog["{task}.table"].update(entry))
    assert expected in fail(project, "kedro", "run", "--pipelines=mortgage")
    assert not (project.parent / "outside.parquet").exists()


def test_a_stage_that_dvc_runs_refuses_parameters_that_dvc_cannot_see(project):
    command = ("kedro", "run", "--env=base", "--pipelines=mortgage", "--params=mortgage.validation.minimum_rows=30")
    assert "cannot track --params" in fail(project, *command, DVC_STAGE="mortgage-validation")


def test_settings_cannot_come_from_variables_of_the_shell(project):
    edit(project, MORTGAGE, lambda task: task["mortgage"]["nas"].update(seed="${oc.env:SEED}"))
    message = fail(project, "kedro", "run", "--env=base", "--pipelines=mortgage", SEED="7")
    assert "conf/base/parameters/mortgage.yml: mortgage.nas.seed: Unsupported interpolation type oc.env" in message


def test_a_stage_that_dvc_runs_refuses_another_environment(project):
    message = fail(project, "kedro", "run", "--pipelines=mortgage", DVC_STAGE="mortgage-validation")
    assert "the environment must be base, got 'local'" in message
