"""A lock file from somebody else names files and hashes of the project, or it is refused before anything is touched."""

import json

import pytest

from automl_flow.core.errors import ArtifactError
from automl_flow.dvc_stages.cache import Cache
from automl_flow.dvc_stages.hashing import file_hash, listing_hash
from automl_flow.dvc_stages.lock import parse_lock, read_lock
from automl_flow.dvc_stages.verify import remove_damaged, verify_stages

GOOD = "d41d8cd98f00b204e9800998ecf8427e"


def lock(path="data/a.csv", md5=GOOD, kind="outs"):
    return json.dumps({"stages": {"some-stage": {kind: [{"path": path, "md5": md5}]}}})


@pytest.fixture
def project(tmp_path):
    """A project and, beside it, what it must not touch."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/second.txt").write_text("keep me")
    project = tmp_path / "project"
    (project / "data").mkdir(parents=True)
    (project / ".dvc/cache/files/md5").mkdir(parents=True)
    (project / ".dvc/config").touch()
    return project


def mend(project):
    stages = read_lock(project)
    return remove_damaged(project, verify_stages(project, stages, Cache(project / ".dvc/cache")).faults)


@pytest.mark.parametrize("kind", ["deps", "outs"])
@pytest.mark.parametrize(
    "path", ["../elsewhere/second.txt", "/etc/hostname", "a/../../b", "", "a\0b", "s3://b/k", 5, None, ["a"]]
)
def test_a_path_outside_the_project_is_refused(path, kind):  # fmt: skip
    with pytest.raises(ArtifactError, match=rf"^dvc.lock: some-stage.{kind}: paths are relative and stay inside"):
        parse_lock(lock(path, kind=kind))


@pytest.mark.parametrize(
    "md5", ["aa/etc/hostname", "aa../../../x", GOOD.upper(), GOOD[1:], GOOD + ".exe", GOOD + "\n", "", 5, ["a"], {}]
)
def test_a_hash_that_is_none_is_refused(md5):
    with pytest.raises(ArtifactError, match=r"^dvc.lock: some-stage.outs: data/a.csv: not the MD5 of a file or folder"):
        parse_lock(lock(md5=md5))


@pytest.mark.parametrize(
    "text",
    [
        "[]",
        "5",
        "stages: 5",
        "stages: {a: 5}",
        "stages: {a: {outs: 5}}",
        "stages: {a: {outs: {path: x}}}",
        "stages: {a: {outs: [5]}}",
        "stages: {a: {params: [5]}}",
        "stages: {a: {params: {f: 5}}}",
        "stages: {1: {}}",
        "stages: {a: {outs: [{md5: d41d8cd98f00b204e9800998ecf8427e}]}}",
    ],
)
def test_a_lock_of_another_shape_is_refused(text):
    with pytest.raises(ArtifactError, match=r"^dvc.lock: "):
        parse_lock(text)


def test_the_marks_of_a_conflict_within_a_text_are_no_conflict():
    assert parse_lock('stages: {a: {params: {f: {x: "<<<<<<< "}}}}')["a"].params == {"f": {"x": "<<<<<<< "}}


def test_mending_deletes_nothing_that_a_strangers_lock_names(project):
    victim = project.parent / "elsewhere/second.txt"
    (project / "dvc.lock").write_text(lock("../elsewhere/second.txt", f"aa{victim}"))
    with pytest.raises(ArtifactError):
        mend(project)
    assert victim.read_text() == "keep me"


def test_a_link_out_of_the_project_is_not_followed(project):
    (project / "data/a").symlink_to(project.parent / "elsewhere")
    (project / "dvc.lock").write_text(lock("data/a/second.txt"))
    with pytest.raises(ArtifactError, match=r"data/a/second.txt leads outside the project through a link"):
        mend(project)


def test_a_link_into_the_cache_is_as_dvc_makes_them(project):
    cache = project.parent / "shared"
    object_ = cache / "files/md5" / GOOD[:2] / GOOD[2:]
    object_.parent.mkdir(parents=True)
    object_.touch()
    (project / ".dvc/config").write_text(f"[cache]\n    dir = {cache}\n    type = symlink\n")
    (project / "data/a.csv").symlink_to(object_)
    (project / "dvc.lock").write_text(lock())
    assert list(read_lock(project)) == ["some-stage"]


@pytest.mark.parametrize("md5", [f"aa{'x' * 30}", "aa/../../../elsewhere/second.txt", 5, None])
def test_a_list_of_files_in_the_cache_leads_nowhere_else(md5, project):
    content = json.dumps([{"md5": md5, "relpath": "a"}]).encode()
    name = listing_hash([{"md5": md5, "relpath": "a"}])
    object_ = project / ".dvc/cache/files/md5" / name[:2] / name[2:]
    object_.parent.mkdir()
    object_.write_bytes(content)
    (project / "dvc.lock").write_text(lock("data/folder", name))
    assert mend(project) == [object_.relative_to(project)]
    assert (project.parent / "elsewhere/second.txt").exists()


@pytest.mark.parametrize("content", [b"[" * 100_000, b"5", b"[5]", b"{}", b"\xff", b'[{"md5": 1}]', b""])
def test_a_list_of_files_that_is_none_is_damaged(content, project):
    name = f"{GOOD}.dir"
    cache = Cache(project / ".dvc/cache")
    cache.object(name).parent.mkdir()
    cache.object(name).write_bytes(content)
    assert not cache.is_good(name)
    assert list(cache.parts(name)) == [name]


def test_a_damaged_object_is_still_mended(project):
    (project / "data/a.csv").write_text("bad")
    object_ = project / ".dvc/cache/files/md5" / GOOD[:2] / GOOD[2:]
    object_.parent.mkdir()
    object_.write_text("bad")
    (project / "dvc.lock").write_text(lock())
    assert [path.name for path in mend(project)] == [object_.name, "a.csv"]
    assert file_hash(project / "dvc.lock")


def test_a_file_that_is_no_copy_of_the_damaged_object_may_be_work_and_stays(project):
    (project / "data/a.csv").write_text("mine")
    object_ = project / ".dvc/cache/files/md5" / GOOD[:2] / GOOD[2:]
    object_.parent.mkdir()
    object_.write_text("bad")
    (project / "dvc.lock").write_text(lock())
    assert [path.name for path in mend(project)] == [object_.name]
    assert (project / "data/a.csv").read_text() == "mine"
