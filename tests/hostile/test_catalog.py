"""A catalog from somebody else reads files of the project, by types that run nothing of them, or it is refused."""

import pytest
from kedro.framework.project import settings
from kedro.io import DataCatalog
from kedro.pipeline import Pipeline, node

from automl_flow.core.errors import ConfigError
from automl_flow.datasets import allowed
from automl_flow.hooks.catalog import refuse_links, refuse_unsafe

PICKLE = {"type": "pickle.PickleDataset", "filepath": "data/a.pkl"}
CSV = {"type": "pandas.CSVDataset", "filepath": "data/a.csv"}
OURS = {"type": "automl_flow.datasets.tables.RawTableDataset", "filepath": "data/a.csv"}

UNSAFE_TYPES = {
    "a pickle": PICKLE,
    "a pickle by its full name": {**PICKLE, "type": "kedro_datasets.pickle.pickle_dataset.PickleDataset"},
    "a generic reader": {"type": "pandas.GenericDataset", "file_format": "pickle", "filepath": "data/a.pkl"},
    "a generic reader of Polars": {"type": "polars.EagerPolarsDataset", "file_format": "csv", "filepath": "data/a"},
    "a cached pickle": {"type": "CachedDataset", "dataset": PICKLE},
    "a cached pickle by its full name": {"type": "kedro.io.CachedDataset", "dataset": PICKLE},
    "twice cached": {"type": "CachedDataset", "dataset": {"type": "CachedDataset", "dataset": PICKLE}},
    "a named nested type": {"type": "CachedDataset", "dataset": "pickle.PickleDataset"},
    "a folder of pickles": {"type": "partitions.PartitionedDataset", "path": "data", "dataset": "pickle.PickleDataset"},
    "a type in an option": {**CSV, "load_args": {"reader": {"type": "pickle.PickleDataset"}}},
    "a type in a list": {**CSV, "load_args": {"readers": [{"type": "pickle.PickleDataset"}]}},
    "a type that a factory fills in": {"type": "{kind}.PickleDataset", "filepath": "data/{name}"},
    "our room, another class's name": {**OURS, "type": "automl_flow.datasets.tables.pd.ExcelFile"},
    "another room of ours": {**OURS, "type": "automl_flow.hooks.ProjectHooks"},
    "a name that only ends like a harmless one": {**CSV, "type": "evil.pandas.CSVDataset"},
    "a network": {"type": "api.APIDataset", "url": "http://localhost"},
    "a database": {"type": "pandas.SQLQueryDataset", "sql": "select 1", "credentials": "db"},
    "no name": {**CSV, "type": ["pandas.CSVDataset"]},
    "nothing": {**CSV, "type": None},
}


def check(entry, project):
    refuse_unsafe({"name": entry}, project)


@pytest.mark.parametrize("entry", UNSAFE_TYPES.values(), ids=UNSAFE_TYPES)
def test_a_type_that_is_not_known_to_be_safe_is_refused_wherever_it_is_nested(entry, tmp_path):
    with pytest.raises(ConfigError, match=r"^catalog entry 'name'.*is not a type known to be safe"):
        check(entry, tmp_path)


@pytest.mark.parametrize(
    "entry",
    [
        CSV,
        OURS,
        {**CSV, "type": "kedro_datasets.pandas.CSVDataset"},
        {"type": "CachedDataset", "dataset": CSV},
        {"type": "MemoryDataset"},
        {**OURS, "metadata": {"dvc": "metrics", "type": "anything", "path": "anywhere"}},
        {**CSV, "load_args": {"sep": ";", "dtype": {"a": "str"}}, "save_args": {"index": False}},
    ],
)
def test_what_is_harmless_passes(entry, tmp_path):
    check(entry, tmp_path)


@pytest.mark.parametrize("of", ["os.system", "automl_flow.hooks.ProjectHooks", "{kind}", ["builtins.eval"], None])
@pytest.mark.parametrize("nested", [False, True])
def test_a_document_of_a_class_that_is_not_on_the_list_is_refused(of, nested, tmp_path):
    entry = {"type": "automl_flow.datasets.typed.TypedDocument", "filepath": "data/a.json", "of": of}
    with pytest.raises(ConfigError, match=r"of: .* is not a class that a document may hold"):
        check({"type": "CachedDataset", "dataset": entry} if nested else entry, tmp_path)


def test_a_type_that_the_settings_name_passes_but_not_what_is_nested_in_it(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, allowed.SETTING, ("my.Dataset",), raising=False)
    entry = {"type": "my.Dataset", "filepath": "data/a", "fs_args": {"a": 1}}
    check(entry, tmp_path)
    with pytest.raises(ConfigError, match="known to be safe"):
        check({**entry, "dataset": PICKLE}, tmp_path)


@pytest.mark.parametrize("key", ["validator", "credentials", "fs_args", "file_format", "wrapper", "copy_mode"])
def test_an_option_that_may_load_code_or_connect_is_refused(key, tmp_path):
    with pytest.raises(ConfigError, match=f"'{key}' is not a key known to be safe"):
        check({**CSV, key: {"a": "b"}}, tmp_path)


@pytest.mark.parametrize("more", [{"versioned": True}, {"version": 1}])
def test_a_version_of_kedros_is_refused_however_deep(more, tmp_path):
    with pytest.raises(ConfigError, match="never settles under DVC"):
        check({"type": "CachedDataset", "dataset": {**CSV, **more}}, tmp_path)


@pytest.mark.parametrize("entry", [5, None, [], {}, {"filepath": "a"}])
def test_an_entry_of_another_shape_is_refused(entry, tmp_path):
    with pytest.raises(ConfigError, match=r"catalog entry 'name': (must hold the keys|has no type)"):
        check(entry, tmp_path)


@pytest.mark.parametrize(
    "path",
    [
        "../outside.csv",
        "/etc/hostname",
        "data/../../outside.csv",
        "file:///etc/hostname",
        "file:/etc/hostname",
        "s3://bucket/a.csv",
        "https://host/a.csv",
        "simplecache::file:///etc/hostname",
        "memory:a.csv",
        "{task}/../../outside.csv",
        "a\0b",
        5,
        None,
        ["data/a.csv"],
    ],
)
@pytest.mark.parametrize("nested", [False, True])
def test_a_path_that_leaves_the_project_is_refused(path, nested, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    entry = {**CSV, "filepath": path}
    with pytest.raises(ConfigError, match=r"filepath must stay inside the project"):
        check({"type": "CachedDataset", "dataset": entry} if nested else entry, project)


@pytest.mark.parametrize("path", ["link/a.csv", "linked.csv", "round"])
def test_a_link_out_of_the_project_is_said_to_be_one(path, tmp_path):
    project = tmp_path / "project"
    project.mkdir()
    (project / "link").symlink_to(tmp_path)
    (project / "linked.csv").symlink_to(tmp_path / "outside.csv")
    (project / "round").symlink_to("round")
    with pytest.raises(ConfigError, match="filepath leads outside the project through a link"):
        check({**CSV, "filepath": path}, project)


def test_paths_with_other_keys_are_looked_at_too(tmp_path):
    with pytest.raises(ConfigError, match="path must stay inside the project"):
        check({**CSV, "load_args": {"path": "/etc/hostname"}}, tmp_path)


@pytest.mark.parametrize("linked", ["data", "data/a", "data/a/table.csv"])
def test_a_link_is_refused_where_a_factory_made_the_path(linked, tmp_path):
    project, elsewhere = tmp_path / "project", tmp_path / "elsewhere"
    (elsewhere / "a").mkdir(parents=True)
    (project / linked).parent.mkdir(parents=True)
    (project / linked).symlink_to(elsewhere)
    factory = {**OURS, "filepath": str(project / "data/{task}/table.csv")}
    catalog = DataCatalog.from_config({"{task}_raw": factory})
    pipeline = Pipeline([node(abs, "a_raw", "a_table")])
    with pytest.raises(ConfigError, match=r"^a_raw: .*leads outside the project through a link"):
        refuse_links(pipeline, catalog, project)


def test_a_link_within_the_project_is_a_persons_choice(tmp_path):
    (tmp_path / "data/b").mkdir(parents=True)
    (tmp_path / "data/a").symlink_to("b")
    catalog = DataCatalog.from_config({"a_raw": {**OURS, "filepath": str(tmp_path / "data/a/table.csv")}})
    refuse_links(Pipeline([node(abs, "a_raw", "a_table")]), catalog, tmp_path)
