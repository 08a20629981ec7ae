"""Benchmarks are run by hand and rarely; that they import keeps them from going stale unseen."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest

NAMES = sorted(path.stem for path in (Path(__file__).parents[2] / "benchmarks").glob("*.py"))


@pytest.mark.parametrize("name", NAMES)
def test_a_benchmark_imports_what_there_is(name: str) -> None:
    assert importlib.import_module(f"benchmarks.{name}").__doc__
