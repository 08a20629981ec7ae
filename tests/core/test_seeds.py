from __future__ import annotations

from automl_flow.core.seeds import derive_seed, generator


def test_seeds_are_the_same_on_every_machine():
    assert derive_seed(42, "trial", 3) == 895711673


def test_different_keys_give_different_seeds():
    keys = [("trial", n) for n in range(500)] + [("fold", n) for n in range(500)] + [(n,) for n in range(500)]
    assert len({derive_seed(42, *key) for key in [*keys, ("3",), (3, 3)]}) == len(keys) + 2


def test_a_generator_repeats_itself():
    assert generator(1, "a").integers(1 << 30) == generator(1, "a").integers(1 << 30)
