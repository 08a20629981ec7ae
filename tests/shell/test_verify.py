"""Damage is found wherever it is, and named with its stage."""

import json

import pytest
import yaml

from automl_flow.core.errors import ArtifactError, ConfigError
from automl_flow.dvc_stages.cache import Cache
from automl_flow.dvc_stages.hashing import content_hash, file_hash
from automl_flow.dvc_stages.lock import parse_lock, read_lock, select_stages
from automl_flow.dvc_stages.verify import remove_damaged, verify_stages

FILES = {"raw.csv": "1\n", "table": "2\n", "model/a.json": "3\n", "model/b.json": "4\n"}


def keep(folder, path):
    """Put what is at *path* into the cache *folder* as DVC would."""

    def put(md5, content):
        place = folder / "files/md5" / md5[:2] / md5[2:]
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)

    if path.is_dir():
        files = sorted(path.iterdir())
        for file in files:
            put(file_hash(file), file.read_bytes())
        put(content_hash(path), json.dumps([{"md5": file_hash(f), "relpath": f.name} for f in files]).encode())
    else:
        put(file_hash(path), path.read_bytes())


@pytest.fixture
def project(tmp_path):
    """Two tasks: the first made a table and a model, the second nothing but a table."""
    for name, text in {**FILES, "other": "5\n"}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)

    def listed(*paths):
        return [{"path": path, "md5": content_hash(tmp_path / path)} for path in paths]

    stages = {
        "a-validation": {"deps": listed("raw.csv"), "outs": listed("table")},
        "a-nas": {"deps": listed("table"), "outs": listed("model")},
        "b-validation": {"deps": listed("raw.csv"), "outs": listed("other")},
    }
    (tmp_path / "dvc.lock").write_text(yaml.safe_dump({"schema": "2.0", "stages": stages}))
    for path in ("table", "model", "other"):
        keep(tmp_path / "cache", tmp_path / path)
    return tmp_path


@pytest.fixture
def cache(project):
    return Cache(project / "cache")


def look(project, cache, *names):
    return verify_stages(project, select_stages(read_lock(project), names), cache)


def found(project, cache, *names):
    return [(fault.kind, fault.stage, fault.path) for fault in look(project, cache, *names).faults]


def test_all_is_well(project, cache):
    verdict = look(project, cache)
    assert (verdict.faults, verdict.absent, verdict.stale) == ((), (), {})
    assert verdict.checked == 4


def test_a_damaged_object_is_named_with_its_output_and_stage(project, cache):
    cache.object(file_hash(project / "table")).write_text("x")
    assert found(project, cache) == [("damaged object", "a-validation", "table")]


def test_a_damaged_file_of_a_folder_is_named(project, cache):
    cache.object(file_hash(project / "model/b.json")).write_text("x")
    (fault,) = look(project, cache).faults
    assert (fault.stage, fault.path) == ("a-nas", "model")
    assert fault.file == cache.object(file_hash(project / "model/b.json"))


def test_a_damaged_list_of_a_folder_is_named(project, cache):
    cache.object(content_hash(project / "model")).write_text("[")
    assert found(project, cache) == [("damaged object", "a-nas", "model")]


def test_a_changed_file_of_the_project_is_named(project, cache):
    (project / "model/a.json").write_text("x")
    assert found(project, cache) == [("changed file", "a-nas", "model")]


def test_a_stage_is_judged_by_its_inputs_too(project, cache):
    (project / "table").write_text("x")
    assert found(project, cache, "a-nas") == [("changed file", "a-validation", "table")]
    assert found(project, cache, "b") == []


def test_what_people_edit_is_newer_and_not_damaged(project, cache):
    (project / "raw.csv").write_text("x")
    verdict = look(project, cache)
    assert verdict.faults == ()
    assert verdict.stale == {"a-validation": ("raw.csv",), "b-validation": ("raw.csv",)}


def test_what_is_nowhere_is_absent_and_not_damaged(project, cache):
    cache.object(file_hash(project / "other")).unlink()
    (project / "other").unlink()
    verdict = look(project, cache)
    assert (verdict.faults, verdict.absent) == ((), ("other",))


def test_mending_takes_out_the_object_and_its_copy_and_nothing_else(project, cache):
    cache.object(file_hash(project / "table")).write_text("x")
    (project / "table").write_text("x")
    (project / "other").write_text("someone's work")
    remove_damaged(project, look(project, cache).faults)
    assert not (project / "table").exists()
    assert cache.has(file_hash(project / "model/a.json"))
    assert (project / "other").read_text() == "someone's work"


@pytest.fixture
def with_prod(project):
    """The same, with a stage of a further environment beside them, which has a name of the first one's."""
    (project / "prod").write_text("6\n")
    outs = [{"path": "prod", "md5": content_hash(project / "prod")}]
    (project / "conf/prod").mkdir(parents=True)
    (project / "conf/prod/dvc.lock").write_text(yaml.safe_dump({"stages": {"a-nas": {"outs": outs}}}))
    keep(project / "cache", project / "prod")
    return project


def test_a_damaged_object_of_a_further_environment_is_named_as_dvc_names_its_stage(with_prod, cache):
    cache.object(file_hash(with_prod / "prod")).write_text("x")
    assert found(with_prod, cache) == [("damaged object", "conf/prod/dvc.yaml:a-nas", "prod")]


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("a-nas", {"a-nas", "conf/prod/dvc.yaml:a-nas"}),
        ("a", {"a-validation", "a-nas", "conf/prod/dvc.yaml:a-nas"}),
        ("conf/prod/dvc.yaml:a-nas", {"conf/prod/dvc.yaml:a-nas"}),
    ],
)
def test_a_name_stands_for_the_stages_of_all_environments_unless_it_says_which(name, chosen, with_prod):
    assert set(select_stages(read_lock(with_prod), [name])) == chosen


def test_an_unknown_name_is_told_with_the_nearest():
    stages = parse_lock("stages: {penguins-nas: {cmd: x}}")
    with pytest.raises(ConfigError, match="no stage or task 'pengins'; did you mean 'penguins'"):
        select_stages(stages, ["pengins"])


def test_a_merge_conflict_is_told_with_the_way_out():
    with pytest.raises(ArtifactError, match=r"merge conflict.*kedro dvc-sync.*dvc repro"):
        parse_lock("<<<<<<< HEAD\nstages: {}\n=======\n")


def test_a_merge_conflict_of_a_further_environment_names_its_file():
    with pytest.raises(ArtifactError, match=r"^conf/prod/dvc\.lock: .*git checkout --theirs conf/prod/dvc\.lock"):
        parse_lock("<<<<<<< HEAD\n", "conf/prod/dvc.lock")
