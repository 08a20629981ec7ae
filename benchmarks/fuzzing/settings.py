"""Settings in YAML, and lock files: read as Kedro, the pipelines and the checks of results read them."""

from __future__ import annotations

import json
from pathlib import Path

from benchmarks.fuzzing.kind import Kind
from benchmarks.fuzzing.mutations import Random, change_bytes, change_json, insert, pick

_WORDS = (
    b"&a ", b"*a", b"<<: ", b"[", b"]", b"{", b"}", b", ", b": ", b"? ", b"| ", b"> ", b"'", b'"', b"- ",
    b"- - - - ", b"\n", b"\n    ", b"\t", b"#", b"---\n", b"...\n", b"%YAML 1.1\n", b"!!int ",
    b"!!python/object:os.system ", b"!!binary ", b"!!set ", b"yes", b"012", b"9" * 5000, b"${a}", b"${",
    b"${oc.env:HOME}", b"../../", b"\0", b"\xff", b"\x1b[2J", b"\xc2\x85",
)  # fmt: skip
_PARAMETERS = """\
some:
  task: &task {modality: tabular, target: y, problem: binary, positive: "yes", sensitive: [sex, age]}
  validation:
    expectations:
      - {expectation: expect_column_values_to_be_between, kwargs: {column: age, min_value: 0}}
  preprocessing: {split: {holdout: 0.2, folds: 5, seed: 42}, recipe: {}}
  model_search: {max_trials: 16, families: [linear, lightgbm], n_jobs: 2}
other:
  task: *task
"""
_MD5 = "d41d8cd98f00b204e9800998ecf8427e"
_ENTRY = {"path": "data/02_intermediate/some/table.parquet", "hash": "md5", "md5": _MD5, "size": 3}
_STAGE = {
    "cmd": "x",
    "deps": [_ENTRY],
    "params": {"conf/base/parameters/some.yml": {"some.task": {"target": "y"}}},
    "outs": [_ENTRY],
}


def prepare(folder: Path) -> None:
    (folder / "some.yml").write_text(_PARAMETERS)
    (folder / "dvc.lock").write_text(json.dumps({"schema": "2.0", "stages": {"some-nas": _STAGE}}))


def change(sound: Path, target: Path, random: Random) -> str:
    target.mkdir()
    source = pick(random, sorted(sound.iterdir()))
    content, action = source.read_bytes(), random.random()
    if source.name == "dvc.lock" and action < 0.6:
        content = change_json(json.loads(content), random).encode("utf-8", "surrogatepass")
    elif action < 0.8:
        content = insert(content, _WORDS, random)
    else:
        content = change_bytes(content, random)
    (target / source.name).write_bytes(content)
    return source.name


def use(folder: Path) -> None:
    """Read a lock; or settings, for Kedro and for the list of tasks."""
    from automl_flow.dvc_stages.lock import read_lock
    from automl_flow.hooks.conf import ConfLoader
    from automl_flow.pipeline_registry import read_tasks

    if (folder / "dvc.lock").exists():
        read_lock(folder)
        return
    home = folder / "conf/base/parameters"
    home.mkdir(parents=True)
    (folder / "some.yml").rename(home / "some.yml")
    ConfLoader(str(folder / "conf"), env="base", base_env="base", default_run_env="base")["parameters"]
    read_tasks(folder, home)


def warm() -> None:
    """Import what reads."""
    import automl_flow.pipeline_registry  # noqa: F401


KIND = Kind("settings", prepare, change, use, warm)
