"""The generated dvc.yaml, and what it refuses."""

from dataclasses import replace

import pytest
import yaml
from kedro.inspection.models import (
    NodeSnapshot,
    NodeSourceSnapshot,
    PipelineSnapshot,
    ProjectMetadataSnapshot,
    ProjectSnapshot,
)

from automl_flow.core.errors import ConfigError
from automl_flow.dvc_stages import ProjectView, build_document, render_document

TYPED = "automl_flow.datasets.typed.TypedDocument"
SOURCE = NodeSourceSnapshot("src/automl_flow/work.py", 1, 2)


def node(stage, inputs, outputs, **changes):
    values = {"name": f"a.{stage}", "func_name": "f", "namespace": "a", "tags": [stage], "source": SOURCE}
    return NodeSnapshot(inputs=inputs, outputs=outputs, **{**values, **changes})


def entry(name, **changes):
    return {"type": "pandas.CSVDataset", "filepath": f"data/{name}", **changes}


@pytest.fixture
def view(tmp_path):
    """A task with a search that reads what validation made, and a file of code."""
    (tmp_path / "src/automl_flow").mkdir(parents=True)
    (tmp_path / "src/automl_flow/work.py").write_text("")
    nodes = [
        node("validation", ["a.raw", "params:a.task"], ["a.table"]),
        node("nas", ["a.table", "a.state", "params:a.nas"], ["a.network", "a.metrics", "a.roc"]),
    ]
    metadata = ProjectMetadataSnapshot("automl_flow", "automl_flow", "1.7.0")
    snapshot = ProjectSnapshot(metadata, [PipelineSnapshot("__default__", nodes)], {}, ["a"])
    entries = {
        "a.raw": entry("raw.csv"),
        "a.table": entry("table"),
        "a.state": entry("state", metadata={"dvc": "ignored"}),
        "a.network": entry("network"),
        "a.metrics": entry("metrics.json", metadata={"dvc": "metrics"}),
        "a.roc": entry("roc.csv", metadata={"dvc": "plots", "x": "fpr", "y": "tpr"}),
    }
    homes = dict.fromkeys(entries, "conf/base/catalog/a.yml")
    (tmp_path / "conf/base/catalog").mkdir(parents=True)
    (tmp_path / "conf/base/catalog/a.yml").touch()
    parameters = {"a": {"conf/base/parameters/a.yml": {"task": {}, "nas": {}}}}
    return ProjectView(tmp_path, snapshot, entries, homes, parameters, ("requirements.lock",))


def with_nodes(view, *nodes):
    return replace(view, snapshot=replace(view.snapshot, pipelines=[PipelineSnapshot("__default__", list(nodes))]))


def with_entry(view, name, **changes):
    return replace(view, entries={**view.entries, name: {**view.entries[name], **changes}})


def test_a_stage_has_all_that_it_reads_and_makes(view):
    assert build_document(view)["stages"]["a-nas"] == {
        "cmd": "kedro run --env=base --namespaces=a --tags=nas",
        "deps": ["data/table", "conf/base/catalog/a.yml", "requirements.lock", "src/automl_flow/work.py"],
        "params": [{"conf/base/parameters/a.yml": ["a.nas"]}],
        "outs": ["data/network"],
        "metrics": [{"data/metrics.json": {"cache": False}}],
        "plots": [{"data/roc.csv": {"x": "fpr", "y": "tpr"}}],
    }


def test_a_stage_depends_on_the_class_whose_documents_it_reads_or_makes(view):
    (view.project / "src/automl_flow/__init__.py").touch()
    (view.project / "src/automl_flow/recipes").mkdir()
    for name in ("__init__.py", "recipe.py", "other.py", "another.py"):
        (view.project / "src/automl_flow/recipes" / name).touch()
    changed = with_entry(view, "a.table", of="automl_flow.recipes.recipe.Recipe", type=TYPED)
    stages = build_document(changed)["stages"]
    assert all("src/automl_flow/recipes/recipe.py" in stage["deps"] for stage in stages.values())
    assert all("src/automl_flow/recipes/other.py" not in stage["deps"] for stage in stages.values())


def test_the_text_reads_back_and_says_how_it_came_about(view):
    text = render_document(build_document(view))
    assert yaml.safe_load(text) == build_document(view)
    assert text.startswith("# Written by `kedro dvc-sync`")


def test_the_order_of_nodes_within_a_stage_changes_nothing(view):
    first, second = view.snapshot.pipelines[0].nodes
    more = node("nas", ["a.network"], ["a.roc2"], name="a.more")
    entries = {**view.entries, "a.roc2": entry("roc2")}
    homes = {**view.homes, "a.roc2": "conf/base/catalog/a.yml"}
    wide = replace(view, entries=entries, homes=homes)
    one, other = with_nodes(wide, first, second, more), with_nodes(wide, first, more, second)
    assert render_document(build_document(one)) == render_document(build_document(other))


def test_a_dataset_in_memory_may_stay_within_a_stage(view):
    first, second = view.snapshot.pipelines[0].nodes
    inner = node("nas", ["a.table"], ["a.problem"], name="a.pose")
    build_document(with_nodes(view, first, inner, replace(second, inputs=["a.problem", "params:a.nas"])))


def test_a_dataset_in_memory_between_stages_is_refused(view):
    first, second = view.snapshot.pipelines[0].nodes
    nodes = replace(first, outputs=["a.table", "a.problem"]), replace(second, inputs=["a.problem"])
    with pytest.raises(ConfigError, match=r"a\.problem: lives in memory but crosses stages"):
        build_document(with_nodes(view, *nodes))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"type": "pickle.PickleDataset"}, "run code from the files they read"),
        ({"versioned": True}, "never settles under DVC"),
        ({"filepath": "../table"}, "must stay inside the project"),
        ({"filepath": "/elsewhere/table"}, "must stay inside the project"),
        ({"filepath": "s3://bucket/table"}, "must stay inside the project"),
    ],
)
def test_what_dvc_could_not_track_is_refused(changes, expected, view):
    with pytest.raises(ConfigError, match=f"conf/base/catalog/a.yml: a.table: .*{expected}"):
        build_document(with_entry(view, "a.table", **changes))


@pytest.mark.parametrize("name", ["a.raw", "a.table"])
def test_what_stages_read_is_held_to_the_same_rules(name, view):
    with pytest.raises(ConfigError, match=rf"{name}: filepath must stay inside .*`dvc import-url`"):
        build_document(with_entry(view, name, filepath="s3://bucket/table"))


def test_another_environment_has_its_own_stages(view):
    parameters = {"a": {**view.parameters["a"], "conf/prod/parameters/a.yml": {"nas": {}}}}
    document = build_document(replace(view, env="prod", parameters=parameters))
    stage = document["stages"]["a-nas"]
    assert stage["wdir"] == "../.."
    assert stage["cmd"] == "kedro run --env=prod --namespaces=a --tags=nas"
    assert stage["params"] == [{"conf/base/parameters/a.yml": ["a.nas"]}, {"conf/prod/parameters/a.yml": ["a.nas"]}]
    assert "`kedro dvc-sync --env prod`" in render_document(document, "prod")


def test_a_dataset_without_a_path_is_refused(view):
    entries = {**view.entries, "a.table": {"type": "pandas.CSVDataset"}}
    with pytest.raises(ConfigError, match="has no filepath"):
        build_document(replace(view, entries=entries))


@pytest.mark.parametrize("changes", [{"source": None, "func_name": "partial"}, {"func_name": "<lambda>"}])
def test_a_function_that_dvc_could_not_see_change_is_refused(changes, view):
    first, second = view.snapshot.pipelines[0].nodes
    with pytest.raises(ConfigError, match=r"node a\.validation: .* use a named function in one of your modules"):
        build_document(with_nodes(view, replace(first, **changes), second))


def test_taking_all_parameters_is_refused(view):
    first, second = view.snapshot.pipelines[0].nodes
    with pytest.raises(ConfigError, match="takes all parameters"):
        build_document(with_nodes(view, replace(first, inputs=["parameters"]), second))
