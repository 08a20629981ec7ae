from __future__ import annotations

import json

import pytest

from automl_flow.core.errors import ArtifactError
from automl_flow.serialization.manifest import MANIFEST, open_artifact, write_artifact


@pytest.fixture
def folder(tmp_path):
    write_artifact(tmp_path / "model", "toy", lambda f: (f / "weights.bin").write_bytes(b"123"), {"a": 1})
    return tmp_path / "model"


def test_what_was_written_is_read(folder):
    manifest = open_artifact(folder, "toy").manifest
    assert (manifest.kind, manifest.metadata, list(manifest.files)) == ("toy", {"a": 1}, ["weights.bin"])


def change_weights(folder):
    (folder / "weights.bin").write_bytes(b"124")


def remove_weights(folder):
    (folder / "weights.bin").unlink()


def add_file(folder):
    (folder / "extra.bin").write_bytes(b"")


def leave_folder(folder):
    document = json.loads((folder / MANIFEST).read_text())
    document["files"]["../weights.bin"] = {"sha256": "0" * 64, "size": 3}
    (folder / MANIFEST).write_text(json.dumps(document))


def raise_schema(folder):
    document = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps({**document, "schema": 99}))


def remove_manifest(folder):
    (folder / MANIFEST).unlink()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (change_weights, "changed since"),
        (remove_weights, "missing"),
        (add_file, "does not list: extra.bin"),
        (leave_folder, "leaves the folder"),
        (raise_schema, "schema must be 3, got 99"),
        (remove_manifest, "not a model folder"),
    ],
)
def test_damage_is_found_before_anything_is_loaded(folder, damage, message):
    damage(folder)
    with pytest.raises(ArtifactError, match=message):
        open_artifact(folder)


def test_another_kind_is_refused(folder):
    with pytest.raises(ArtifactError, match="holds a 'toy' model, expected 'network'"):
        open_artifact(folder, "network")
