"""What a file of this package says about its sampler."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from optuna.samplers import BaseSampler


@dataclass(frozen=True)
class SamplerEntry:
    """A sampler that a configuration can name.

    Attributes:
        build: Called with a seed and the number of random trials to begin with, then the sampler's own options as
            keywords. Every option of an Optuna sampler is set there, for its defaults change between versions.
        about: What it does, in a few words.
        several: Whether it takes more than one objective.
        requires: Modules that must be installed.
    """

    build: Callable[..., BaseSampler]
    about: str
    several: bool = True
    requires: tuple[str, ...] = ()
