"""Model folders whose author has bad intent and computes every hash anew.

Each row changes a sound model in one way; it is read and used in a process of its own, which must end the use with an
error of ours that names the file. The fuzz benchmark does the same at random.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from safetensors.numpy import load, save

from automl_flow.core.errors import ArtifactError
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.recipes.transformers.text_components import TextComponents
from automl_flow.tasks.labels import label_array
from benchmarks.fuzzing import harness, model_folders

CASES = 150
Edit = Callable[[Path], None]


@pytest.fixture(scope="session")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("fuzz") / "model_folders-sound"
    folder.mkdir()
    model_folders.prepare(folder)
    return folder


@pytest.fixture(scope="module")
def worker() -> Iterator[harness.Worker]:
    worker = harness.Worker(model_folders.KIND)
    yield worker
    worker.end()


def use(
    sound: Path, tmp_path: Path, worker: harness.Worker, edit: Edit, name: str, *, seal: bool = True
) -> tuple[str, str]:
    target = tmp_path / "model"
    shutil.copytree(sound / name, target)
    (tmp_path / "model.kind").write_text(name)
    edit(target)
    if seal:
        model_folders.seal(target)
    return worker.use(target)


def stored(folder: Path, family: str) -> Path:
    """The file of the model of a family."""
    documents = (path for path in sorted(folder.glob("members/*/*.json")) if path.name != "architecture.json")
    return next(p for p in documents if json.loads(p.read_text())["family"] == family).with_suffix(".model")


NETWORK = "members/010/"
WEIGHTS = NETWORK + "network.safetensors"


def document(name: str, change: Callable[[dict], object]) -> Edit:
    def edit(folder: Path) -> None:
        content = json.loads((folder / name).read_text())
        change(content)
        (folder / name).write_text(json.dumps(content))

    return edit


def model(change: Callable[[dict], object]) -> Edit:
    return document("model.json", change)


def network(change: Callable[[dict], object]) -> Edit:
    return document(NETWORK + "architecture.json", change)


def steps(change: Callable[[dict], object]) -> Edit:
    return document("preprocessors/native-0.json", change)


def text(name: str, old: str, new: str) -> Edit:
    """Replace a piece of a document's text, for what JSON's writer would not write."""

    def edit(folder: Path) -> None:
        content = (folder / name).read_text()
        assert old in content, "there is nothing to replace"
        (folder / name).write_text(content.replace(old, new, 1))

    return edit


def part(**values: object) -> Edit:
    """Change what is said of LightGBM's model."""

    def edit(folder: Path) -> None:
        path = stored(folder, "lightgbm").with_suffix(".json")
        path.write_text(json.dumps({**json.loads(path.read_text()), **values}))

    return edit


def member(content: dict, family: str) -> dict:
    return next(entry for entry in content["members"] if entry.get("candidate", {}).get("family") == family)


def arrays(of: str, change: Callable[[dict], object]) -> Edit:
    """Change the arrays of a family's model, or of the network's weights."""

    def edit(folder: Path) -> None:
        path = folder / of if of.endswith(".safetensors") else stored(folder, of)
        content = {name: array.copy() for name, array in load(path.read_bytes()).items()}
        change(content)
        path.write_bytes(save(content))

    return edit


def each(content: dict, change: Callable) -> dict:
    return {name: change(array) for name, array in content.items()}


def nothing(array: np.ndarray) -> np.ndarray:
    return np.full_like(array, np.nan) if array.dtype.kind == "f" else array


def put(name: str, place: int, value: float) -> Callable[[dict], object]:
    return lambda content: content[name].__setitem__(place, value)


def content(of: str, change: Callable[[bytes], bytes]) -> Edit:
    def edit(folder: Path) -> None:
        path = folder / of if "." in of else stored(folder, of)
        path.write_bytes(change(path.read_bytes()))

    return edit


def half(data: bytes) -> bytes:
    return data[: len(data) // 2]


def replaced(pattern: bytes, new: bytes) -> Callable[[bytes], bytes]:
    return lambda data: re.sub(pattern, new, data, count=1, flags=re.DOTALL)


def field(name: str, value: str) -> Callable[[bytes], bytes]:
    """Replace the first number of a field of a LightGBM text, in the first tree that has more than one."""
    return replaced(rf"\n{name}=\S+ ".encode(), f"\n{name}={value} ".encode())


def ubj(name: str, value: int, place: int = 0) -> Callable[[bytes], bytes]:
    """Replace a number of the first array of that name in an XGBoost model."""

    def change(data: bytes) -> bytes:
        found = re.search(name.encode() + rb"\[\$l#L.{8}", data, re.DOTALL)
        assert found is not None
        at = found.end() + 4 * place
        return data[:at] + value.to_bytes(4, "big", signed=True) + data[at + 4 :]

    return change


FOREST = {
    "child outside": put("left", 0, 10**6),
    "child before": put("right", 1, 0),
    "child of another tree": lambda a: a.update(left=np.where(a["left"] < 0, a["left"], a["left"] + 200).astype("i4")),
    "column outside": put("feature", 0, 10**6),
    "negative column": put("feature", 0, -5),
    "too few leaves": lambda a: a.update(leaves=a["leaves"][:-1]),
    "leaf that is none": lambda a: a.update(leaves=a["leaves"] * np.nan),
    "negative shares": lambda a: a.update(leaves=-a["leaves"]),
    "no trees": lambda a: a.update(sizes=a["sizes"][:0]),
    "trees of negative size": put("sizes", 0, -1),
    "shorter column": lambda a: a.update(threshold=a["threshold"][:-1]),
    "other classes": lambda a: a.update(leaves=a["leaves"][:, :2].copy()),
    "other columns": lambda a: a["features"].__setitem__(0, 10**6),
    "missing array": lambda a: a.pop("right"),
}
BOOSTED = {
    "child outside": put("left", 0, 10**6),
    "child before": put("right", 0, 0),
    "column outside": put("feature_idx", 0, 10**6),
    "other number of trees": put("sizes", 0, 10**6),
    "other classes": lambda a: a.update(baseline=a["baseline"][:2]),
    "no step": lambda a: a.update(baseline=a["baseline"][:0]),
    "value that is none": put("value", 0, np.inf),
}
NEIGHBOURS = {
    "more neighbours than rows": put("settings", 0, 10**9),
    "class that does not occur": put("codes", 0, 9),
    "class by the billion": put("codes", 0, 2**40),
    "rows without targets": lambda a: a.update(codes=a["codes"][:-1]),
    "NaN among the rows": lambda a: a["rows"].__setitem__((0, 0), np.nan),
    "unknown distance": put("settings", 2, 7),
}
PERCEPTRON = {
    "shapes that do not fit": lambda a: a.update(w2=a["w2"][:, :-1].copy()),
    "NaN among the weights": lambda a: a["w1"].__setitem__((0, 0), np.nan),
    "other outputs": lambda a: a.update(heads=a["heads"][:, :, :1].copy(), offsets=a["offsets"][:, :, :1].copy()),
    "other columns": lambda a: a.update(edges=a["edges"][:-1].copy()),
}
LIGHTGBM = {
    "half": half,
    "empty": lambda data: b"",
    "no text": lambda data: b"\xff" * 100,
    "child outside": field("left_child", "100000"),
    "child before": field("right_child", "0"),
    "leaf outside": field("left_child", "-100000"),
    "child with a fraction": field("left_child", "1.0"),
    "child with an exponent": field("right_child", "1e1"),
    "column with a fraction": field("split_feature", "0.0"),
    "column outside": field("split_feature", "100000"),
    "negative column": field("split_feature", "-1"),
    "leaves by the billion": replaced(rb"\nnum_leaves=\d+", b"\nnum_leaves=999999999"),
    "number that is none": field("threshold", "nan"),
    "leaf that is infinite": field("leaf_value", "inf"),
    "tree missing": replaced(rb"Tree=1\n.*?(?=Tree=2\n)", b""),
    "other classes": lambda data: data.replace(b"num_class=3", b"num_class=4"),
    "other objective": lambda data: data.replace(b"objective=multiclass num_class:3", b"objective=lambdarank"),
    "unknown line": lambda data: data.replace(b"\nnum_class", b"\nx\nnum_class"),
}
XGBOOST = {
    "half": half,
    "empty": lambda data: b"",
    "bytes behind the end": lambda data: data + b"}",
    "child outside": ubj("left_children", 10**6),
    "child before": ubj("right_children", 0),
    "parent outside": ubj("parents", 10**6, place=1),
    "parent that is none": ubj("parents", 2**31 - 1, place=2),
    "one child": ubj("left_children", -1),
    "column outside": ubj("split_indices", 10**6),
    "negative column": ubj("split_indices", -1),
    "array by the exabyte": lambda data: re.sub(
        rb"(left_children\[\$l#L).{8}", rb"\1" + b"\x3f" * 8, data, count=1, flags=re.DOTALL
    ),
    "other number of trees": lambda data: re.sub(rb"(num_treesSL.{8})\d", rb"\g<1>9", data, count=1, flags=re.DOTALL),
    "other booster": lambda data: data.replace(b"gbtree", b"gblinr"),
}
CATBOOST = {
    "half": half,
    "empty": lambda data: b"",
    "only the head": lambda data: data[:8],
    "other size": lambda data: data[:4] + b"\xff\xff\xff\xff" + data[8:],
    "root outside": lambda data: data[:8] + b"\xff\xff\xff\x7f" + data[12:],
    "negative root": lambda data: data[:8] + b"\xff\xff\xff\xff" + data[12:],
}


def archive(change: Callable[[dict], object], *, method: int = zipfile.ZIP_STORED) -> Callable[[bytes], bytes]:
    """Change the files of a skops archive."""

    def changed(data: bytes) -> bytes:
        with zipfile.ZipFile(io.BytesIO(data)) as before:
            files = {name: before.read(name) for name in before.namelist()}
        change(files)
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", method) as after:
            for name, file in files.items():
                after.writestr(name, file)
        return buffer.getvalue()

    return changed


def schema(build: Callable[[dict], object]) -> Callable[[bytes], bytes]:
    """Replace a skops file's schema by what *build* makes of it."""

    def change(files: dict) -> None:
        files["schema.json"] = json.dumps(build(json.loads(files["schema.json"]))).encode()

    return archive(change)


def root(tree: dict) -> Callable[[bytes], bytes]:
    """Replace all of a schema."""
    return schema(lambda before: {**tree, "protocol": before["protocol"]})


def node(name: str, loader: str = "ObjectNode", **more: object) -> dict:
    module, _, kind = name.rpartition(".")
    return {"__class__": kind, "__module__": module, "__loader__": loader, **more}


def references() -> dict:
    """A kilobyte whose expansion has 10 to the power of 10 nodes."""
    tree = node("builtins.list", "ListNode", content=[], __id__=1)
    for level in range(2, 12):
        again = node("builtins.list", "ListNode", content=[], __id__=level - 1)
        tree = node("builtins.list", "ListNode", content=[tree, *[again] * 9], __id__=level)
    return tree


def deep() -> dict:
    tree = node("builtins.list", "ListNode", content=[])
    for _ in range(200):
        tree = node("builtins.list", "ListNode", content=[tree])
    return tree


def setting(name: str, value: str) -> Callable[[dict], dict]:
    def build(before: dict) -> dict:
        before["content"]["content"][name] = node("builtins.str", "JsonNode", content=value, is_json=True)
        return before

    return build


def numpy_header(text: str) -> bytes:
    padded = text.ljust(117) + "\n"
    return b"\x93NUMPY\x01\x00" + len(padded).to_bytes(2, "little") + padded.encode()


HUGE = numpy_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }")
OBJECTS = numpy_header("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }") + b"\x80\x04N."
SKOPS = {
    "references without end": root(references()),
    "too deep": root(deep()),
    "a function": root(node("os.system", "FunctionNode", content=node("os.system"))),
    "a method": root(node("builtins.str", "MethodNode", content={"func": "upper", "obj": node("builtins.str")})),
    "another estimator": root(node("sklearn.svm._classes.SVC")),
    "a tree": root(node("sklearn.tree._tree.Tree", "TreeNode")),
    "a type of preprocessors": root(node("sklearn.pipeline.Pipeline")),
    "a loader that is a list": schema(lambda b: {**b, "__loader__": ["ObjectNode"]}),
    "no object": schema(lambda b: []),
    "an object without its attributes": schema(lambda b: {k: v for k, v in b.items() if k != "content"}),
    "a billion processes": schema(setting("n_jobs", "1000000000")),
    "a setting that is no text": schema(setting("n_jobs", 3)),
    "no schema": archive(lambda files: files.pop("schema.json")),
    "compressed": archive(lambda files: files.update(bomb=b"\0" * (1 << 24)), method=zipfile.ZIP_DEFLATED),
    "array of eight terabytes": archive(lambda files: files.update({"0.npy": HUGE})),
    "array of objects": archive(lambda files: files.update({"0.npy": OBJECTS})),
    "array cut off": archive(lambda files: files.update({"0.npy": files["0.npy"][:-4]})),
    "array that is none": archive(lambda files: files.update({"0.npy": b"x"})),
    "half": half,
    "no archive": lambda data: b"PK",
}
TABLES: dict[str, tuple[dict, Callable]] = {
    "random_forest": (FOREST, arrays),
    "extra_trees": (FOREST, arrays),
    "hist_gradient_boosting": (BOOSTED, arrays),
    "knn": (NEIGHBOURS, arrays),
    "network": (PERCEPTRON, arrays),
    "lightgbm": (LIGHTGBM, content),
    "xgboost": (XGBOOST, content),
    "catboost": (CATBOOST, content),
    "linear": (SKOPS, content),
}
FILES = [
    pytest.param(edit(family, change), id=f"{family}: {name}")
    for family, (changes, edit) in TABLES.items()
    for name, change in changes.items()
]


@pytest.mark.parametrize("edit", FILES)
def test_a_changed_file_of_a_member_is_an_error_that_names_it(sound, tmp_path, worker, edit):
    end, detail = use(sound, tmp_path, worker, edit, "multiclass")
    assert end == "clear error", detail
    assert "/members/0" in detail or "member " in detail


DOCUMENTS = {
    "weights are too few": model(lambda d: d["weights"].pop()),
    "weights do not add up": model(lambda d: d["weights"].__setitem__(0, 5.0)),
    "a weight is negative": model(lambda d: d["weights"].__setitem__(0, -1.0)),
    "a weight is NaN": text("model.json", '"weights": [\n    0.0', '"weights": [\n    NaN, 0.0'),
    "a weight is beyond numbers": text("model.json", '"weights": [\n    0.0', '"weights": [\n    1e999, 0.0'),
    "no members": model(lambda d: d.update(members=[], weights=[])),
    "classes and outputs differ": model(lambda d: d["classes"].pop()),
    "a class twice": model(lambda d: d["classes"].__setitem__(0, d["classes"][1])),
    "a class is a list": model(lambda d: d["classes"].__setitem__(0, [["x"]])),
    "no classes": model(lambda d: d.update(classes=None)),
    "the task is nothing": model(lambda d: d.update(task=None)),
    "the task has an unknown key": model(lambda d: d["task"].update(x=1)),
    "the task has another problem": model(lambda d: d["task"].update(problem="regression")),
    "the metric is a list": model(lambda d: d["task"].update(metric=["x"])),
    "a member reads one that is absent": model(lambda d: member(d, "xgboost")["candidate"].update(reads=[77])),
    "a member reads itself": model(lambda d: member(d, "xgboost")["candidate"].update(reads=[9])),
    "a member is of an unknown kind": model(lambda d: d["members"][0].update(kind="x")),
    "a member is of an unknown family": model(lambda d: d["members"][0]["candidate"].update(family="x")),
    "a part outside": model(lambda d: d["members"][0].update(models=["../../../outside/all-0"])),
    "an absolute part": model(lambda d: d["members"][0].update(models=["/etc/passwd"])),
    "a part twice": model(lambda d: d["members"][0].update(models=["fold-0", "fold-0"])),
    "a column twice": model(lambda d: d["feature_names"].__setitem__(0, d["feature_names"][1])),
    "an unknown key": model(lambda d: d.update(x=1)),
    "a key twice": text("model.json", '"feature_names"', '"weights": [], "feature_names"'),
    "weights by the million": text("model.json", '"weights": [', '"weights": [' + '"",' * 100_000),
    "lists by the million": text("model.json", '"weights": [', '"weights": [' + "[]," * 3_100_000),
    "nested beyond end": text("model.json", '"feature_names": [', '"feature_names": [' + "[" * 100_000),
    "a number of 5000 digits": text("model.json", '"number": 0', f'"number": {"9" * 5000}'),
    "letters that are none": content("model.json", lambda data: data.replace(b"age", b"\xff\xfe\xfd")),
    "the part's encoding leads outside": part(encoding="../../../x"),
    "the part's fold leads outside": part(fold="../../../x"),
    "the part is of another family": part(family="linear"),
    "the part has outputs by the billion": part(outputs=10**10),
    "the part has classes that it has not": part(present=[0, 1, 7]),
    "the part has one class and a model": part(present=[0]),
    "the part has no model": part(stored=False),
    "the part's work is a text": part(work="x"),
    "the steps lead outside": steps(lambda d: d["steps"][0].__setitem__(1, "../../x")),
    "a step is missing": steps(lambda d: d["steps"][0].__setitem__(1, "0" * 64)),
    "there are no steps": steps(lambda d: d.update(steps=[])),
    "the network has members by the billion": network(lambda d: d.update(members=10**9)),
    "the network has layers by the billion": network(lambda d: d["options"].update(layers=[10**9])),
    "the network has width by the billion": network(lambda d: d["params"].update(width=10**9)),
    "the network has outputs by the billion": network(lambda d: d["shape"].update(outputs=10**10)),
    "the network has other outputs": network(lambda d: d["shape"].update(outputs=2)),
    "the network has other classes": network(lambda d: d.update(classes=["x", "y", "z"])),
    "the network has its classes in another order": network(lambda d: d["classes"].reverse()),
    "the network's shape is a text": network(lambda d: d.update(shape="x")),
    "the network's space is unknown": network(lambda d: d.update(space="x")),
    "the network's key is another": network(lambda d: d.update(key="x")),
    "the network's parameters lack one": network(lambda d: d["params"].popitem()),
    "the network's facts are a list": network(lambda d: d.update(facts=[])),
    "the network's weights are NaN": arrays(WEIGHTS, lambda a: a.update(each(a, nothing))),
    "the network's weights lack one": arrays(WEIGHTS, lambda a: a.popitem()),
    "the network's weights are whole numbers": arrays(WEIGHTS, lambda a: a.update(each(a, lambda v: v.astype("i8")))),
    "the network's weights are half": content(WEIGHTS, half),
    "the network's weights have a header by the terabyte": content(WEIGHTS, lambda d: b"\xff" * 8 + d[8:]),
    "the network's preprocessor is another thing": content(NETWORK + "preprocessor.skops", lambda d: b"PK"),
}  # fmt: skip


def test_networks_of_many_parts_are_refused_before_they_are_built(sound, tmp_path, worker):
    def edit(folder: Path) -> None:
        path = folder / "architecture.json"
        content = json.loads(path.read_text())
        content["options"].update(cells=64, stages=5, nodes=7)
        content["shape"].update(height=64, width=64)
        space, shape = make_space("cell", content["options"]), DataShape(**content["shape"])
        content["params"] = dict.fromkeys(space.parameters(shape), "skip_connect")
        content["key"] = space.architecture(content["params"], shape).key
        path.write_text(json.dumps({**content, "members": 100}))

    end, detail = use(sound, tmp_path, worker, edit, "images")
    assert end == "clear error", detail
    assert "100 networks" in detail


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_changed_document_is_an_error_that_names_it(sound, tmp_path, worker, name):
    end, detail = use(sound, tmp_path, worker, DOCUMENTS[name], "multiclass")
    assert end == "clear error", detail
    assert str(tmp_path / "model") in detail


def test_a_model_of_values_among_classes_is_an_error(sound, tmp_path, worker):
    def edit(folder: Path) -> None:
        shutil.copy(stored(sound / "regression", "lightgbm"), stored(folder, "lightgbm"))

    end, detail = use(sound, tmp_path, worker, edit, "binary")
    assert end == "clear error", detail
    assert "no probabilities" in detail


def test_a_text_of_a_million_components_is_refused_before_they_are_made():
    stored = TextComponents()
    stored.columns_ = ["said"]
    stored.models_ = [(["so"], np.ones(1), np.ones((10**6, 1), dtype=np.float32))]
    with pytest.raises(ArtifactError, match="more than 1000 components"):
        stored.transform(pd.DataFrame({"said": ["so", "so"]}))


def test_a_label_of_a_million_letters_costs_no_memory_for_every_row():
    labels = label_array(("x" * 10**6, "y"))
    assert labels[np.zeros(1000, dtype=int)].nbytes < 10**5


def link(name: str) -> Edit:
    def edit(folder: Path) -> None:
        moved = folder.parent / f"outside-{Path(name).name}"
        (folder / name).rename(moved)
        (folder / name).symlink_to(moved)

    return edit


def many(folder: Path) -> None:
    for number in range(10_002):
        (folder / f"x{number}").touch()


def pipe(folder: Path) -> None:
    (folder / "model.json").unlink()
    os.mkfifo(folder / "model.json")


def sparse(folder: Path) -> None:
    with (folder / "model.json").open("ab") as file:
        file.truncate(10 << 30)
    name, size = "model.json", 10 << 30
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"][name]["size"] = size
    (folder / "manifest.json").write_text(json.dumps(manifest))


def deeper(folder: Path) -> None:
    (folder / "/".join(["d"] * 20)).mkdir(parents=True)


def listed(name: str) -> Edit:
    return document("manifest.json", lambda d: d["files"].update({name: d["files"]["model.json"]}))


FOLDERS = {
    "a linked file": (link("model.json"), "is a link"),
    "a linked folder": (link("preprocessors"), "is a link"),
    "a linked manifest": (link("manifest.json"), "is a link"),
    "a pipe": (pipe, "not a regular file"),
    "ten gigabytes of nothing": (sparse, "size: should be less than"),
    "ten thousand files": (many, "too many files"),
    "folders in folders": (deeper, "nested too deeply"),
    "an empty manifest": (lambda f: (f / "manifest.json").write_text(""), "not a JSON document"),
    "a deep manifest": (lambda f: (f / "manifest.json").write_text("[" * 100_000), "not a JSON document"),
    "a manifest that is a list": (lambda f: (f / "manifest.json").write_text("[]"), "schema must be 3"),
    "another schema": (document("manifest.json", lambda d: d.update(schema=2)), "schema must be 3, got 2"),
    "a schema with a fraction": (text("manifest.json", '"schema": 3', '"schema": 3.0'), "schema"),
    "a name that leaves the folder": (
        listed("../x"), "leaves the folder",
    ),
    "an absolute name": (
        listed("/etc/passwd"), "leaves the folder",
    ),
    "a name of 5000 letters": (
        listed("x" * 5000), "not the name of a file",
    ),
    "a hundred thousand names": (
        document("manifest.json", lambda d: d.update(files={f"a{n}": {} for n in range(100_000)})), "100,000 files",
    ),
    "a manifest of many megabytes": (
        document("manifest.json", lambda d: d.update(metadata={"x": "x" * (17 << 20)})), "too many for a document",
    ),
    "a hash that is none": (document("manifest.json", lambda d: d["files"]["model.json"].update(sha256="x")), "sha256"),
    "files that are a list": (document("manifest.json", lambda d: d.update(files=[])), "files"),
    "an unknown kind": (document("manifest.json", lambda d: d.update(kind="x\x1b[2J")), "unknown kind"),
    "a kind that is a list": (document("manifest.json", lambda d: d.update(kind=[])), "kind"),
}  # fmt: skip


@pytest.mark.parametrize("name", FOLDERS)
def test_a_folder_that_is_none_of_ours_is_an_error(sound, tmp_path, worker, name):
    edit, message = FOLDERS[name]
    end, detail = use(sound, tmp_path, worker, edit, "multiclass", seal=False)
    assert end == "clear error", detail
    assert message in detail


def test_what_is_sound_is_read(sound, tmp_path, worker):
    for name in ("multiclass", "binary", "regression", "images"):
        assert use(sound, tmp_path / name, worker, lambda folder: None, name) == ("correct", "")


def test_changes_at_random_end_in_an_error_of_ours_or_in_a_model(sound, worker):
    cases = list(harness.run(model_folders.KIND, range(CASES), 0, sound.parent, worker))
    faults = [case for case in cases if case.end not in ("clear error", "correct")]
    assert faults == []
    assert {case.end for case in cases} == {"clear error", "correct"}
