"""Model folders whose hashes were computed anew after a change: what an author of bad intent can write."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.fuzzing import formats
from benchmarks.fuzzing.kind import Kind
from benchmarks.fuzzing.mutations import Changer, Random, change_bytes, change_json, pick

MANIFEST = "manifest.json"
_BY_FAMILY: dict[str, Changer] = {
    "lightgbm": formats.change_text,
    "xgboost": formats.change_ubj,
    "catboost": formats.change_words,
    "linear": formats.change_archive,
    "baseline": formats.change_archive,
}


def table(problem: str, rows: int = 90) -> tuple[pd.DataFrame, pd.Series]:
    """Numbers with gaps, categories of few and of many levels, a text and a date."""
    rng = np.random.default_rng(0)
    X = pd.DataFrame(
        {
            "size": np.where(rng.random(rows) < 0.1, np.nan, rng.normal(size=rows)),
            "age": rng.integers(0, 90, rows),
            "colour": rng.choice(["red", "green", "blue"], rows),
            "town": [f"town {i}" for i in rng.integers(0, 25, rows)],
            "said": [" ".join(rng.choice(["so", "it", "goes", "on", "and", "off"], 6)) for _ in range(rows)],
            "day": pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 900, rows), unit="D"),
        }
    )
    value = X["size"].fillna(0) + X["age"] / 50 + (X["colour"] == "red")
    if problem == "regression":
        return X, value.rename("y")
    cuts = [1.0] if problem == "binary" else [0.7, 1.4]
    return X, pd.Series(np.array(["a", "b", "c"])[np.digitize(value, cuts)], name="y")


def prepare(folder: Path) -> None:
    """Save a model of every family for each problem, and a searched network alone and in an ensemble."""
    from automl_flow.tabular.ensemble.blend import NetworkMember

    for problem in ("multiclass", "binary", "regression"):
        model, rows = ensemble(problem)
        if problem == "multiclass":
            network = table_network(model, rows)
            members = (*model.members, NetworkMember(network))
            model = replace(model, members=members, weights=(*[w / 2 for w in model.weights], 0.5))
        model.save(folder / problem)
    image_network().save(folder / "images")


def ensemble(problem: str):
    """One member of each family, in equal parts."""
    from automl_flow.execution.store import FolderStore
    from automl_flow.models import FAMILIES
    from automl_flow.recipes import RecipeConfig, propose_recipe
    from automl_flow.tabular.candidate import Candidate
    from automl_flow.tabular.ensemble.model import TabularModel
    from automl_flow.tabular.problem import TabularProblem
    from automl_flow.tabular.restore import fit_candidates
    from automl_flow.tasks.profile import profile_table
    from automl_flow.tasks.spec import TaskSpec
    from automl_flow.tasks.splits import SplitConfig, make_folds
    from automl_flow.tasks.target import encode_target

    X, y = table(problem)
    task = TaskSpec(target="y", problem=problem)
    target, profile = encode_target(y, task), profile_table(X, task)
    recipe = propose_recipe(profile, RecipeConfig())
    posed = TabularProblem(X, target, task, profile, recipe, None, make_folds(target, SplitConfig(folds=3)), None)
    small = {"learning_rate": 0.2, "trees": 100, "hidden": 32}
    candidates = []
    for number, name in enumerate(sorted(FAMILIES.available())):
        params = dict(FAMILIES.get(name).portfolio(posed.context(0))[0])
        params = {key: small.get(key, value) for key, value in params.items()}
        candidates.append(Candidate(number, name, params, 0.1, (0.1, 0.2, 0.1), (5,), 1.0))
    with tempfile.TemporaryDirectory() as state:
        fitted = fit_candidates(posed, candidates, FAMILIES.available(), FolderStore(Path(state)), seed=0)
    weights = tuple([1 / len(fitted)] * len(fitted))
    return TabularModel(fitted, weights, target.classes, task, tuple(X.columns)), X


def table_network(model, rows: pd.DataFrame):
    """A network for the same rows that was never trained: what it predicts does not matter here."""
    preprocessor = next(
        m.preprocessors[p.preprocessor_key] for m in model.members for p in m.models if p.encoding == "scaled"
    )
    width = np.asarray(preprocessor.transform(rows)).shape[1]
    return untrained("tabular", {"kind": "table", "features": width, "outputs": 3}, model.classes, preprocessor)


def image_network():
    shape = {"kind": "image", "channels": 1, "height": 8, "width": 8, "outputs": 3}
    return untrained("cell", shape, ("a", "b", "c"), None, {"channels": 4, "stages": 1})


def untrained(name: str, shape: dict, classes, preprocessor, options: dict | None = None):
    import torch

    from automl_flow.nas.network.model import NetworkModel
    from automl_flow.nas.network.module import assemble
    from automl_flow.nas.shape import DataShape
    from automl_flow.nas.spaces import make_space
    from automl_flow.tasks.problem_types import problem_type

    torch.manual_seed(0)
    space, of = make_space(name, options), DataShape(**shape)
    architecture = space.reference(of)
    module = assemble([space.build(architecture, of) for _ in range(2)], of, problem_type("multiclass"))
    written = json.loads(space.options.model_dump_json())
    return NetworkModel(architecture, written, of, classes, module, preprocessor)


def change(sound: Path, target: Path, random: Random) -> str:
    """Copy a model, change a file of it or the folder, and compute its hashes anew."""
    name = pick(random, sorted(path.name for path in sound.iterdir() if path.is_dir()))
    shutil.copytree(sound / name, target)
    (target.parent / f"{target.name}.kind").write_text(name)
    files = sorted(path for path in target.rglob("*") if path.is_file() and path.name != MANIFEST)
    choice = random.random()
    if choice < 0.07:
        return f"{name}: {change_folder(target, files, random)}"
    if choice < 0.12:
        seal(target)
        manifest = target / MANIFEST
        manifest.write_bytes(change_json(json.loads(manifest.read_bytes()), random).encode("utf-8", "surrogatepass"))
        return f"{name}: manifest"
    by_format: dict[Changer, list[Path]] = {}
    for path in files:
        by_format.setdefault(changer_of(path), []).append(path)
    format_changer = pick(random, list(by_format))  # first, for there are many documents and one file of XGBoost's
    path = pick(random, by_format[format_changer])
    changer = change_bytes if random.random() < 0.25 else format_changer
    path.write_bytes(changer(path.read_bytes(), random))
    seal(target)
    return f"{name}: {path.relative_to(target)} by {changer.__name__}"


def changer_of(path: Path) -> Changer:
    """What changes a file by what it means."""
    if path.suffix == ".json":
        return formats.change_document
    if path.suffix == ".skops":
        return formats.change_archive
    if path.suffix == ".safetensors":
        return formats.change_tensors
    family = json.loads(path.with_suffix(".json").read_bytes()).get("family")
    return _BY_FAMILY.get(family, formats.change_tensors)


def change_folder(folder: Path, files: list[Path], random: Random) -> str:
    path, other = pick(random, files), pick(random, files)
    action = int(random.integers(7))
    if action == 0:
        path.unlink()
    elif action == 1:
        first, second = path.read_bytes(), other.read_bytes()
        path.write_bytes(second)
        other.write_bytes(first)
    elif action == 2:
        path.write_bytes(b"")
    elif action == 3:
        os.truncate(path, int(pick(random, (1 << 28, 3 << 30, 1 << 40))))
    elif action == 4:
        seal(folder)
        path.rename(folder.parent / f"{folder.name}.{path.name}")
        path.symlink_to(folder.parent / f"{folder.name}.{path.name}")
        return f"link at {path.relative_to(folder)}"
    elif action == 5:
        path.unlink()
        os.mkfifo(path)
        return f"pipe at {path.relative_to(folder)}"
    else:
        (path.parent / "extra.json").write_text("{}")
    if action != 3:
        seal(folder)
    return f"folder, action {action}, {path.relative_to(folder)}"


def seal(folder: Path) -> None:
    """Compute the manifest's hashes anew."""
    manifest = json.loads((folder / MANIFEST).read_bytes())
    files = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != MANIFEST]
    manifest["files"] = {
        path.relative_to(folder).as_posix(): {
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "size": path.stat().st_size,
        }
        for path in files
    }
    (folder / MANIFEST).write_text(json.dumps(manifest))


def use(folder: Path) -> None:
    """Load a model and predict."""
    from automl_flow import load_model

    name = (folder.parent / f"{folder.name}.kind").read_text()
    model = load_model(folder)
    model.predict(sample(name))


def sample(name: str):
    """Two samples for one of the models."""
    return np.zeros((2, 8, 8)) if name == "images" else table(name)[0].head(2)


def warm() -> None:
    """Import what a model of every family needs."""
    import catboost  # noqa: F401
    import lightgbm  # noqa: F401
    import safetensors.torch  # noqa: F401
    import sklearn.compose
    import sklearn.ensemble
    import sklearn.neighbors
    import xgboost  # noqa: F401

    from automl_flow.nas.network import model  # noqa: F401
    from automl_flow.nas.training import loop  # noqa: F401
    from automl_flow.serialization import skops
    from automl_flow.tabular.ensemble import load  # noqa: F401

    skops.read_preprocessor(skops.dump_preprocessor(sklearn.compose.ColumnTransformer([])))


KIND = Kind("model_folders", prepare, change, use, warm)
