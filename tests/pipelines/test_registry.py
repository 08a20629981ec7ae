"""Pipelines that people run by name."""

import subprocess
import sys

import pytest

from automl_flow.core.errors import ConfigError
from automl_flow.pipeline_registry import STAGES, read_tasks, register_pipelines

TASKS = ["diabetes", "digits", "mortgage", "penguins", "vowels"]


@pytest.fixture(scope="module")
def pipelines():
    return register_pipelines()


def stages(pipeline, task):
    return {tag for node in pipeline.nodes if node.namespace == task for tag in node.tags}


def test_every_task_and_every_stage_has_a_name(pipelines):
    assert set(pipelines) == {"__default__", *TASKS, *STAGES}


def test_everything_is_the_sum_of_the_tasks(pipelines):
    assert set(pipelines["__default__"].nodes) == {node for task in TASKS for node in pipelines[task].nodes}


@pytest.mark.parametrize("task", ["digits", "vowels"])
def test_images_and_sequences_have_neither_features_nor_models(task, pipelines):
    assert stages(pipelines[task], task) == set(STAGES) - {"feature_engineering", "model_search"}


def test_a_stage_brings_what_is_upstream_and_nothing_more(pipelines):
    upstream = {"validation", "preprocessing", "feature_engineering", "nas"}
    assert stages(pipelines["nas"], "mortgage") == upstream
    assert stages(pipelines["nas"], "digits") == upstream - {"feature_engineering"}
    assert pipelines["nas"].inputs() & {"mortgage.table", "mortgage.split"} == set()


def test_no_search_can_read_the_holdout(pipelines):
    searching = {"feature_engineering", "model_search", "nas"}
    read = {name for node in pipelines["__default__"].nodes if node.tags & searching for name in node.inputs}
    assert {name.partition(".")[2] for name in read} & {"holdout", "table", "arrays", "raw"} == set()


def test_a_stage_covers_the_tasks_that_have_it(pipelines):
    assert {node.namespace for node in pipelines["model_search"].nodes} == {"diabetes", "mortgage", "penguins"}


def test_every_node_belongs_to_one_task_and_one_stage(pipelines):
    for node in pipelines["__default__"].nodes:
        assert node.namespace in TASKS
        assert len(node.tags) == 1
        assert node.name.startswith(f"{node.namespace}.")


def test_nodes_are_short():
    import ast
    from pathlib import Path

    import automl_flow.pipelines

    folder = Path(automl_flow.pipelines.__file__).parent
    for file in sorted(folder.glob("*/*nodes.py")):
        for function in ast.parse(file.read_text()).body:
            if isinstance(function, ast.FunctionDef):
                statements = function.body[1:] if ast.get_docstring(function) else function.body
                assert len(statements) <= 15, f"{file.name}: {function.name}"


def test_listing_pipelines_loads_no_heavy_library():
    heavy = "('torch', 'great_expectations', 'skops', 'lightgbm', 'catboost', 'xgboost', 'matplotlib', 'shap')"
    code = f"import sys, automl_flow.pipeline_registry; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nas: {task: {problem: binary}}", "not be the name of a stage, got 'nas'"),
        ("a-b: {task: {problem: binary}}", "letters, digits and underscores.*got 'a-b'"),
        ("a: {nas: {}}", r"a\.task: this section is required"),
        ("a: {task: {problem: binary, modality: imag}}", r"conf/a\.yml: a\.task\.modality: "),
        ("[1, 2]", "must hold the sections of a task"),
        ("a: [", "not a YAML document"),
    ],
)
def test_a_task_file_that_cannot_be_read_is_named(text, expected, tmp_path):
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf/a.yml").write_text(text)
    with pytest.raises(ConfigError, match=expected):
        read_tasks(tmp_path, tmp_path / "conf")


def test_tasks_come_in_alphabetical_order(tmp_path):
    for name in ("b", "a", "c"):
        (tmp_path / f"{name}.yml").write_text(f"{name}: {{task: {{problem: binary}}}}")
    assert list(read_tasks(tmp_path, tmp_path)) == ["a", "b", "c"]
