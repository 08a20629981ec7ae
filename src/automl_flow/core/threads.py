"""Thread limits: many small fits get one thread each, or one large fit gets all."""

from __future__ import annotations

import os

_POOLS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "LOKY_MAX_CPU_COUNT",
)


def processors() -> int:
    """Return the number of processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def thread_environment(threads: int) -> dict[str, str]:
    """Return the environment that limits a new process to *threads* threads per pool and stops OpenMP from spinning."""
    return {**dict.fromkeys(_POOLS, str(threads)), "OMP_WAIT_POLICY": "PASSIVE"}
