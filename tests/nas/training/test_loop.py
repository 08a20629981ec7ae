"""The training loop: repeatable, continuable, stops when told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from automl_flow.execution.store import FolderStore, StoredFile
from automl_flow.nas.problem import TrainingData
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import make_space
from automl_flow.nas.training.checkpoint import restore, store
from automl_flow.nas.training.fit import TrainingSpec, fit_network
from automl_flow.nas.training.loop import (
    MIN_EPOCH_BATCHES,
    Training,
    TrainingConfig,
    rate,
    raw,
    samples,
    seeded,
    shuffled,
)
from automl_flow.nas.training.normalization import Normalizer
from automl_flow.tasks.problem_types import problem_type

SHAPE = DataShape(kind="image", channels=1, height=6, width=6, outputs=2)
RNG = np.random.default_rng(0)
Y = np.arange(60) % 2
X = (RNG.normal(size=(60, 6, 6, 1)) + Y[:, None, None, None]).astype(np.float32)


def make(epochs: int = 4, seed: int = 1, **settings: object) -> Training:
    space = make_space("macro", {"widths": [8], "dropouts": [0.2]})
    network = seeded(lambda: space.build(space.reference(SHAPE), SHAPE), seed)
    config = TrainingConfig(epochs=epochs, **{"augment": "shift", **settings})  # type: ignore[arg-type]
    return Training(network, Normalizer.fit(X, "image"), config, seed, problem_type("multiclass"))


def weights(training: Training) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in training.average.parameters()])


def test_the_same_seed_gives_the_same_weights() -> None:
    first, second = make(), make()
    first.run(samples(X, Y))
    second.run(samples(X, Y))
    assert torch.equal(weights(first), weights(second))


def test_another_seed_gives_other_weights() -> None:
    first, second = make(seed=1), make(seed=2)
    first.run(samples(X, Y), 1)
    second.run(samples(X, Y), 1)
    assert not torch.equal(weights(first), weights(second))


def test_global_randomness_is_neither_read_nor_moved() -> None:
    torch.manual_seed(5)
    before = torch.random.get_rng_state()
    training = make()
    training.run(samples(X, Y), 1)
    assert torch.equal(before, torch.random.get_rng_state())


def test_a_training_continues_from_its_checkpoint_without_a_difference(tmp_path: Path) -> None:
    whole, half, rest = make(), make(), make()
    whole.run(samples(X, Y))
    half.run(samples(X, Y), 2)
    store(half, StoredFile(FolderStore(tmp_path), "c.safetensors"), "key")
    assert restore(rest, StoredFile(FolderStore(tmp_path), "c.safetensors"), "key")
    rest.run(samples(X, Y))
    assert torch.equal(weights(whole), weights(rest))
    assert whole.history == rest.history


def test_a_checkpoint_of_another_architecture_is_left_alone(tmp_path: Path) -> None:
    training = make()
    store(training, StoredFile(FolderStore(tmp_path), "c.safetensors"), "other")
    assert not restore(make(), StoredFile(FolderStore(tmp_path), "c.safetensors"), "key")


def test_a_damaged_checkpoint_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "c.safetensors").write_bytes(b"not tensors")
    training = make()
    assert not restore(training, StoredFile(FolderStore(tmp_path), "c.safetensors"), "key")
    assert training.epoch == 0


def test_no_epoch_but_the_first_is_begun_that_would_end_too_late() -> None:
    training = make()
    training.run(samples(X, Y), deadline=0.0)
    assert training.epoch == len(training.history) == 1


def test_classes_are_learned() -> None:
    training = make(epochs=6)
    training.run(samples(X, Y))
    assert (training.predict(raw(X)).argmax(1).numpy() == Y).mean() > 0.9


def test_values_are_learned() -> None:
    space = make_space("tabular")
    shape = DataShape(kind="table", features=3, outputs=1)
    x = RNG.normal(size=(80, 3)).astype(np.float32)
    y = x[:, 0] - x[:, 1]
    network = seeded(lambda: space.build(space.reference(shape), shape), 0)
    training = Training(network, Normalizer.fit(x, "table"), TrainingConfig(epochs=8), 0, problem_type("regression"))
    training.run(samples(x, y))
    assert training.loss_of(samples(x, y)) < 0.25 * y.var()


def test_training_stops_early_and_keeps_the_best_epoch() -> None:
    training = make(epochs=30, patience=2, learning_rate=0.05)
    noise = samples(X, RNG.permutation(Y))  # nothing to learn: the watched loss soon rises
    training.run(samples(X, Y), None, noise)
    losses = [entry["valid_loss"] for entry in training.history]
    assert len(losses) < 30
    assert training.loss_of(noise) == pytest.approx(min(losses))


def test_weighted_samples_count_more() -> None:
    y = np.zeros(60, dtype=np.int64)
    y[::2] = 1
    x = np.zeros_like(X)  # the same image with both labels: the heavier label wins
    training = make(epochs=3, augment="none")
    training.run(samples(x, y, np.where(y == 1, 9.0, 1.0)))
    assert training.predict(raw(x[:1])).argmax() == 1


def test_bytes_stay_bytes_until_a_batch_is_taken() -> None:
    assert raw(np.zeros((2, 3), dtype=np.uint8)).dtype == torch.uint8
    assert raw(np.zeros((2, 3), dtype=np.float64)).dtype == torch.float32


def test_the_rate_rises_then_falls_to_almost_nothing() -> None:
    rates = [rate(step / 100) for step in range(1, 101)]
    peak = int(np.argmax(rates))
    assert rates[peak] == pytest.approx(1.0, abs=1e-3)
    assert rates == sorted(rates[: peak + 1]) + sorted(rates[peak + 1 :], reverse=True)
    assert rates[-1] == pytest.approx(1e-3)


@pytest.mark.parametrize("count", [2, 17, 33, 5000])
def test_every_epoch_sees_all_samples_in_enough_batches_of_two_or_more(count: int) -> None:
    batches = list(shuffled(count, 16, torch.Generator().manual_seed(0)))
    assert len(batches) >= MIN_EPOCH_BATCHES - MIN_EPOCH_BATCHES // 2
    assert min(map(len, batches)) > 1
    assert len(torch.cat(batches).unique()) >= count - 1


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU; none is visible to torch")
def test_a_gpu_trains_in_mixed_precision() -> None:
    training = make()
    training.run(samples(X, Y), 1)
    assert next(training.network.parameters()).device.type == "cuda"
    assert torch.isfinite(weights(training)).all()


def test_several_values_of_unlike_scales_are_learned_by_one_network() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 3)).astype(np.float32)
    y = np.column_stack([x[:, 0], 1000 * x[:, 1] + 5000])
    shape = DataShape(kind="table", features=3, outputs=2)
    space = make_space("tabular")
    spec = TrainingSpec(space, space.reference(shape), shape, TrainingConfig(epochs=15), 0)
    learned = fit_network(spec, TrainingData(x, y, None, problem_type("multioutput")))
    predicted = learned.predict(x)
    assert [np.corrcoef(predicted[:, k], y[:, k])[0, 1] > 0.9 for k in range(2)] == [True, True]
    assert abs(predicted[:, 1].mean() - 5000) < 200
