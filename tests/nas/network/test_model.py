"""A network as files: loaded elsewhere it predicts the same, and a changed file is refused."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl_flow.core.errors import ArtifactError, DataError
from automl_flow.nas.network.model import NetworkModel, load_network
from automl_flow.nas.network.module import assemble
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.nas.training.loop import seeded
from automl_flow.tasks.problem_types import problem_type

RNG = np.random.default_rng(0)
SHAPES = {
    "cell": DataShape(kind="image", channels=1, height=8, width=8, outputs=3),
    "macro": DataShape(kind="image", channels=3, height=9, width=8, outputs=3),
    "recurrent": DataShape(kind="sequence", channels=4, steps=11, outputs=3),
    "tabular": DataShape(kind="table", features=5, outputs=3),
}


def model(name: str = "macro", classes: Any = ("a", "b", "c"), members: int = 2, **changes: Any) -> NetworkModel:
    shape = SHAPES[name]
    if classes is None:
        shape = DataShape(**{**shape.__dict__, "outputs": 1})
    space = make_space(name)
    architecture = space.architecture({**space.reference_params(shape), **changes}, shape)
    networks = [seeded(lambda: space.build(architecture, shape), seed) for seed in range(members)]
    module = assemble(networks, shape, problem_type("regression" if classes is None else "multiclass"))
    return NetworkModel(
        architecture, space.options.model_dump(mode="json"), shape, classes, module, facts={"score": 0.5}
    )


def samples(of: NetworkModel, n: int = 4) -> np.ndarray:
    s = of.shape
    shape = (s.height, s.width, s.channels) if s.kind == "image" else s.sample
    return RNG.normal(size=(n, *shape)).astype(np.float32)


@pytest.mark.parametrize("name", SHAPES)
def test_a_loaded_network_predicts_the_same(name: str, tmp_path: Path) -> None:
    original = model(name)
    original.save(tmp_path / "m")
    x = samples(original)
    assert np.array_equal(load_network(tmp_path / "m").predict_proba(x), original.predict_proba(x))


def test_a_fresh_process_predicts_the_same(tmp_path: Path) -> None:
    original = model("recurrent", op_0="bi_gru", op_1="attention")
    original.save(tmp_path / "m")
    x = samples(original)
    np.save(tmp_path / "x.npy", x)
    code = (
        "import sys, numpy as np\n"
        "from automl_flow.nas.network.model import load_network\n"
        "p = load_network(sys.argv[1] + '/m').predict_proba(np.load(sys.argv[1] + '/x.npy'))\n"
        "assert 'kedro' not in sys.modules and 'sklearn' not in sys.modules\n"
        "np.save(sys.argv[1] + '/p.npy', p)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, timeout=120)
    assert np.array_equal(np.load(tmp_path / "p.npy"), original.predict_proba(x))


def test_the_same_network_is_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        model().save(tmp_path / name)
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["architecture.json", "manifest.json", "network.safetensors"]
    assert all((tmp_path / "one" / f).read_bytes() == (tmp_path / "two" / f).read_bytes() for f in files)


@pytest.mark.parametrize("file", ["network.safetensors", "architecture.json"])
def test_a_changed_file_is_refused(file: str, tmp_path: Path) -> None:
    model().save(tmp_path / "m")
    path = tmp_path / "m" / file
    content = bytearray(path.read_bytes())
    content[-2] ^= 1
    path.write_bytes(bytes(content))
    with pytest.raises(ArtifactError, match="changed since it was written"):
        load_network(tmp_path / "m")


def test_probabilities_sum_to_one() -> None:
    m = model()
    assert np.allclose(m.predict_proba(samples(m)).sum(axis=1), 1.0, atol=1e-12)


def test_classes_are_predicted_by_name() -> None:
    m = model()
    assert set(m.predict(samples(m))) <= {"a", "b", "c"}


def test_values_come_back_in_their_own_units() -> None:
    m = model(classes=None)
    m.module.centre.fill_(1000.0)  # type: ignore[operator]
    assert (m.predict(samples(m)) > 900).all()


def test_a_regression_has_no_probabilities() -> None:
    m = model(classes=None)
    with pytest.raises(DataError, match="no probabilities"):
        m.predict_proba(samples(m))


def test_grey_images_may_leave_out_their_channel() -> None:
    m = model("cell")
    x = samples(m)
    assert np.array_equal(m.predict_proba(x), m.predict_proba(x[..., 0]))


def test_samples_of_another_shape_are_refused_with_both_shapes() -> None:
    with pytest.raises(DataError, match=r"shape \(n, 9, 8, 3\), got \(2, 5, 5, 3\)"):
        model().predict(np.zeros((2, 5, 5, 3)))


def test_the_summary_counts_all_parameters() -> None:
    m = model()
    assert m.summary().endswith(
        f"{m.n_params // 2:,} parameters in one network; {m.n_params:,} parameters in all 2, whose mean predicts"
    )


@pytest.mark.parametrize("name", SHAPES)
def test_onnx_agrees(name: str, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="needs the extra onnx")
    pytest.importorskip("onnx", reason="needs the extra onnx")
    assert model(name).export_onnx(tmp_path / "m.onnx") < 1e-4
    assert (tmp_path / "m.onnx").stat().st_size > 1000


@pytest.mark.parametrize("operation", ["bi_lstm", "gru", "attention"])
def test_onnx_agrees_for_layers_over_time(operation: str, tmp_path: Path) -> None:
    pytest.importorskip("onnxruntime", reason="needs the extra onnx")
    pytest.importorskip("onnx", reason="needs the extra onnx")
    assert model("recurrent", op_0=operation).export_onnx(tmp_path / "m.onnx") < 1e-4
