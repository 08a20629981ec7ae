"""Independent seeds, derived from one seed and a path of keys."""

from __future__ import annotations

import zlib

import numpy as np


def derive_seed(seed: int, *keys: str | int) -> int:
    """Return a seed in ``[0, 2**32)`` that depends only on *seed* and *keys*, on every machine.

    Args:
        seed: The user's seed; any integer.
        keys: Purpose of the randomness, for example ``("fold", 3)``. Different keys give independent seeds.
    """
    entropy = [seed & 0xFFFFFFFF, (seed >> 32) & 0xFFFFFFFF]
    for key in keys:
        # The tag distinguishes the string "3" from the number 3.
        entropy += [1, zlib.crc32(key.encode())] if isinstance(key, str) else [2, key & 0xFFFFFFFF]
    return int(np.random.SeedSequence(entropy).generate_state(1)[0])


def generator(seed: int, *keys: str | int) -> np.random.Generator:
    """Return a NumPy generator seeded by :func:`derive_seed`."""
    return np.random.default_rng(derive_seed(seed, *keys))
