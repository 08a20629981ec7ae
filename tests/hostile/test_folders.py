"""Folders that a person names are emptied or replaced only where they are empty or ours."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys

import pytest

from automl_flow.cli.comparing import check_page
from automl_flow.core import folders
from automl_flow.core.errors import StorageError
from automl_flow.core.files import write_text
from automl_flow.core.folders import contents
from automl_flow.datasets.folders import ModelDataset
from automl_flow.reports.page import environment
from automl_flow.serialization.manifest import MANIFEST, open_artifact, write_artifact
from automl_flow.study.journal import Journal, results_folder


def save(folder, text="model"):
    write_artifact(folder, "none", lambda place: (place / "part.txt").write_text(text), {})


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def state_of(folder):
    """Everything below a folder, links not followed, with the content of files."""
    return {name: None if (folder / name).is_symlink() else (folder / name).read_text() for name in contents(folder)}


def a_folder_of_the_user(home):
    (home / "photos").mkdir()
    (home / "thesis.txt").write_text("years of work")
    (home / "photos" / "one.jpg").write_text("smile")


def a_model_with_notes(home):
    save(home)
    (home / "notes.txt").write_text("mine")


def a_manifest_of_another_program(home):
    (home / MANIFEST).write_text(json.dumps({"name": "app", "files": {"thesis.txt": "1"}}))
    (home / "thesis.txt").write_text("mine")


def a_manifest_that_names_a_file_of_the_user(home):
    save(home)
    (home / "thesis.txt").write_text("mine")
    manifest = json.loads((home / MANIFEST).read_text())
    manifest["files"]["thesis.txt"] = {"sha256": "0" * 64, "size": 4}
    (home / MANIFEST).write_text(json.dumps(manifest))


def a_model_that_was_edited(home):
    save(home)
    (home / "part.txt").write_text("my notes")


def a_damaged_manifest(home):
    (home / MANIFEST).write_text("{")


def a_model_with_a_link(home):
    save(home)
    (home / "photos").symlink_to(home.parent)


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (a_folder_of_the_user, "photos/one.jpg, thesis.txt"),
        (a_model_with_notes, "notes.txt"),
        (a_manifest_of_another_program, "manifest.json, thesis.txt"),
        (a_manifest_that_names_a_file_of_the_user, "thesis.txt"),
        (a_model_that_was_edited, "part.txt"),
        (a_damaged_manifest, "manifest.json"),
        (a_model_with_a_link, "photos"),
    ],
)
def test_a_save_refuses_a_folder_with_what_is_not_ours_and_names_it(tmp_path, make, named):
    home = tmp_path / "home"
    home.mkdir()
    make(home)
    before = state_of(tmp_path)
    with pytest.raises(StorageError, match=rf"home: would be emptied, but holds .* write: {named}; choose a new"):
        save(home)
    assert state_of(tmp_path) == before


@pytest.mark.parametrize("name", ["a\0b", "a\ud800", "loop/model"], ids=["zero", "half", "loop"])
@pytest.mark.parametrize(
    "write",
    [save, lambda path: write_text(path, "x"), lambda path: Journal(path, key="k").open().__enter__()],
    ids=["model", "file", "state"],
)
def test_a_place_where_nothing_can_be_is_an_error_of_ours(tmp_path, name, write):
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(StorageError, match="cannot be written"):
        write(tmp_path / name)


@pytest.mark.parametrize("system", ["that exchanges folders", "that does not"])
def test_what_is_laid_into_a_model_while_another_is_written_is_kept(tmp_path, monkeypatch, system):
    if system == "that does not":
        monkeypatch.setattr(folders, "_exchange", lambda *_: False)
    save(tmp_path / "model", "old")

    def write(place):
        (tmp_path / "model" / "notes.txt").write_text("mine")

    with pytest.raises(StorageError, match=r"notes\.txt"):
        write_artifact(tmp_path / "model", "none", write, {})
    assert set(state_of(tmp_path)) == {f"model/{name}" for name in (MANIFEST, "notes.txt", "part.txt")}
    (tmp_path / "model" / "notes.txt").unlink()
    save(tmp_path / "model", "new")
    assert (tmp_path / "model" / "part.txt").read_text() == "new"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux exchanges folders in one step")
def test_there_is_a_model_at_every_moment_of_a_save(tmp_path, monkeypatch):
    save(tmp_path / "model", "old")
    seen = []
    refuse = folders.refuse_foreign

    def look(folder, names):
        seen.append((tmp_path / "model" / MANIFEST).exists())
        refuse(folder, names)

    monkeypatch.setattr(folders, "refuse_foreign", look)
    monkeypatch.setattr(folders.Path, "rename", lambda *_: pytest.fail("moved in two steps"))
    save(tmp_path / "model", "new")
    assert seen == [True, True]


@pytest.mark.parametrize("before", ["nothing", "an empty folder", "a model", "a model of an older version"])
def test_a_save_makes_or_replaces_what_is_empty_or_ours(tmp_path, before):
    if before == "an empty folder":
        (tmp_path / "model").mkdir()
    elif before != "nothing":
        save(tmp_path / "model", "old")
    if before == "a model of an older version":
        document = json.loads((tmp_path / "model" / MANIFEST).read_text())
        (tmp_path / "model" / MANIFEST).write_text(json.dumps({**document, "schema": 1}))
    ModelDataset(filepath=str(tmp_path / "model")).save(_Model())
    assert open_artifact(tmp_path / "model").kind == "none"
    assert (tmp_path / "model" / "part.txt").read_text() == "model"
    assert names(tmp_path) == ["model"]


class _Model:
    def save(self, folder):
        save(folder)


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (".", "the working directory, .*, is inside"),
        ("", "the working directory, .*, is inside"),
        ("..", "the working directory, .*, is inside"),
        ("/", "the working directory, .*, is inside"),
        ("../here", "the working directory, .*, is inside"),
        ("file", "it is a file; choose a folder"),
        ("file/model", "a part of this one is a file"),
        ("link", "it is a link to .*; use that path"),
        ("nowhere", "it is a link to"),
        ("x" * 300, "choose a shorter name"),
        ("/proc", "it is a mount point; choose a new folder in it"),
        ("/dev/null/model", "a part of this one is a file"),
    ],
)
def test_a_save_to_an_impossible_place_says_why(tmp_path, monkeypatch, target, message):
    here = tmp_path / "here"
    (here / "folder").mkdir(parents=True)
    (here / "file").write_text("mine")
    (here / "link").symlink_to("folder")
    (here / "nowhere").symlink_to("absent")
    monkeypatch.chdir(here)
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StorageError, match=message):
        save(target)
    assert sorted(tmp_path.rglob("*")) == before


def a_folder_at_the_name_of_results(home):
    (home / "trials").mkdir()
    (home / "trials" / "photo.jpg").write_text("smile")


def an_empty_journal_and_a_folder(home):
    (home / "trials.jsonl").touch()
    a_folder_at_the_name_of_results(home)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (a_folder_at_the_name_of_results, r"trials: would be emptied, but holds .*: photo\.jpg"),
        (an_empty_journal_and_a_folder, r"trials: would be emptied, but holds .*: photo\.jpg"),
        (lambda home: (home / "trials").write_text("mine"), "trials: .* it is a file"),
        (lambda home: (home / "trials").symlink_to(home.parent), "trials: .* it is a link"),
        (lambda home: (home / "trials.jsonl").write_text('{"patient": 1}\n'), r"jsonl: .* it is not the journal"),
        (lambda home: (home / "trials.jsonl").write_text("{" * 9_999), r"jsonl: .* it is not the journal"),
        (lambda home: (home / "trials.jsonl").mkdir(), r"jsonl: .* it is not the journal"),
        (lambda home: os.mkfifo(home / "trials.jsonl"), r"jsonl: .* it is not the journal"),
        (lambda home: (home / "trials.jsonl").symlink_to("/etc/hostname"), r"jsonl: .* it is a link"),
        (lambda home: (home / "lock").write_text("my password"), "lock: .* it is not the lock"),
        (lambda home: (home / "lock").write_text("4711"), "lock: .* it is not the lock"),
        (lambda home: (home / "lock").mkdir(), "lock: .* it is not the lock"),
        (lambda home: os.mkfifo(home / "lock"), "lock: .* it is not the lock"),
        (lambda home: (home / "lock").symlink_to("/etc/hostname"), "lock: .* it is a link"),
    ],
)
def test_a_search_refuses_a_folder_in_which_its_names_are_taken(tmp_path, make, message):
    home = tmp_path / "home"
    home.mkdir()
    make(home)
    before = [(path, path.lstat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))]
    with pytest.raises(StorageError, match=message), Journal(home, key="k").open():
        pass
    assert [(path, path.lstat().st_mtime_ns) for path in sorted(tmp_path.rglob("*"))] == before


@pytest.mark.parametrize("key", ["same", "other"])
def test_a_search_leaves_what_a_person_has_beside_its_journal(tmp_path, key):
    a_folder_of_the_user(tmp_path)
    for name in ("same", key):
        with Journal(tmp_path, key=name).open():
            results_folder(tmp_path).mkdir(exist_ok=True)
            (results_folder(tmp_path) / name).touch()
    assert (tmp_path / "thesis.txt").read_text() == "years of work"
    assert (tmp_path / "photos" / "one.jpg").read_text() == "smile"
    assert names(results_folder(tmp_path)) == [key]


def test_what_a_link_in_a_folder_of_ours_leads_to_is_left_alone(tmp_path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "thesis.txt").write_text("mine")
    for key in ("one", "two"):
        with Journal(tmp_path / "state", key=key).open():
            results_folder(tmp_path / "state").mkdir(exist_ok=True)
            if key == "one":
                (results_folder(tmp_path / "state") / "link").symlink_to(tmp_path / "outside")
    assert (tmp_path / "outside" / "thesis.txt").read_text() == "mine"
    assert names(results_folder(tmp_path / "state")) == []


@pytest.mark.parametrize("name", ["folder", "pipe", "folder/", "file/x"])
def test_a_file_never_takes_the_place_of_something_else(tmp_path, name):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(StorageError, match="choose another path"):
        write_text(tmp_path / name, "text")
    assert sorted(tmp_path.rglob("*")) == before


_WRITE = """
import os, sys
from pathlib import Path
from automl_flow.cli.comparing import check_page
from automl_flow.serialization.manifest import write_artifact
from automl_flow.core.files import write_text
os.umask(int(sys.argv[1], 8))
os.chdir(sys.argv[2])
write_text(Path("text"), "new")
write_artifact(Path("model"), "none", lambda place: write_text(place / "parts" / "part", "new"), {})
"""


@pytest.mark.parametrize("before", [None, 0o600, 0o640, 0o664])
@pytest.mark.parametrize("umask", [0o077, 0o022, 0o002])
def test_modes_are_those_of_the_umask_or_of_what_is_replaced(tmp_path, umask, before):
    if before is not None:
        save(tmp_path / "model")
        (tmp_path / "model").chmod(before | 0o100)
        (tmp_path / "text").touch()
        (tmp_path / "text").chmod(before)
    subprocess.run([sys.executable, "-c", _WRITE, oct(umask)[2:], tmp_path], check=True)
    modes = {name: stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("text", "model", "model/parts/part")}
    assert modes["text"] == (0o666 & ~umask if before is None else before)
    assert modes["model"] == (0o777 & ~umask if before is None else before | 0o100)
    assert modes["model/parts/part"] == 0o666 & ~umask


@pytest.mark.parametrize("lies", ["a file of the user", "a folder", "a link", "a link to nothing", "a pipe"])
def test_a_page_takes_the_place_of_nothing_but_a_page(tmp_path, lies):
    page = tmp_path / "page.html"
    match lies:
        case "a file of the user":
            page.write_text("<!doctype html><html><head><title>My thesis</title></head></html>")
        case "a folder":
            page.mkdir()
        case "a link":
            page.symlink_to("/etc/hostname")
        case "a link to nothing":
            page.symlink_to("absent")
        case "a pipe":
            os.mkfifo(page)
    with pytest.raises(StorageError, match=r"page\.html exists and was not written by automl_flow"):
        check_page(page)


def test_a_page_of_ours_may_be_written_again(tmp_path):
    check_page(tmp_path / "page.html")
    write_text(tmp_path / "page.html", environment().get_template("base.html.j2").render(title="Ours"))
    check_page(tmp_path / "page.html")
