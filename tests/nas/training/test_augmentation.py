"""Augmentation changes samples as it says."""

from __future__ import annotations

import pytest
import torch

from automl_flow.nas.spaces.base import Augmentation
from automl_flow.nas.training.augmentation import augment


def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize("policy", ["none", "shift", "shift_flip", "jitter"])
def test_shapes_stay_and_the_generator_decides(policy: Augmentation) -> None:
    x = torch.randn(5, 3, 8, 9)
    first, second = augment(x, policy, generator()), augment(x, policy, generator())
    assert first.shape == x.shape
    assert torch.equal(first, second)


def test_none_is_the_samples_themselves() -> None:
    x = torch.randn(5, 3, 8, 9)
    assert augment(x, "none", generator()) is x


def test_a_shift_moves_by_a_tenth_at_most() -> None:
    column = torch.arange(20.0).expand(64, 1, 20, 20)
    moved = augment(column, "shift", generator())
    kept = moved != 0  # not cut out
    assert (moved - column).abs()[kept].max() <= 2


def test_about_half_of_the_images_lose_a_square() -> None:
    cut = augment(torch.ones(400, 1, 8, 8), "shift", generator())
    share = float((cut == 0).flatten(1).any(1).float().mean())
    assert 0.3 < share < 0.6


def test_flips_mirror_about_half_of_the_images() -> None:
    x = torch.arange(100.0).expand(200, 1, 10, 100)
    falling = augment(x, "shift_flip", generator())[:, 0, 0, :].diff(dim=1).mean(1) < 0
    assert 0.35 < float(falling.float().mean()) < 0.65


def test_sequences_are_jittered() -> None:
    x = torch.ones(300, 2, 7)
    y = augment(x, "jitter", generator())
    assert float((y - x).std()) == pytest.approx(0.11, abs=0.03)
