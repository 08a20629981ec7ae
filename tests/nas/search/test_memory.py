"""Peak memory: what would need too much dies alone, and the search goes on."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import psutil

from automl_flow.core.progress import silent_progress
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search.run import search_architecture
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import encode_target
from tests.nas.problems import SMALL, config

LIMIT = 1500  # MiB
WIDE = 1536  # its first layers remember more than the outline tells
SLACK = 200  # MiB of the fork server, and what may be touched between two looks of the guard


@contextmanager
def watched() -> Iterator[list[float]]:
    """The memory of all processes below this one, the largest sum seen (MiB)."""
    peak, done, me = [0.0], threading.Event(), psutil.Process()

    def look() -> None:
        while not done.wait(0.05):
            total = 0.0
            for child in me.children(recursive=True):
                try:
                    total += child.memory_full_info().pss / 2**20  # what is shared counts once
                except psutil.Error:
                    continue
            peak[0] = max(peak[0], total)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield peak
    finally:
        done.set()
        thread.join()


def test_candidates_that_need_too_much_die_and_the_tree_stays_under_the_limit(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    y = np.arange(160) % 2
    task = TaskSpec(problem="binary", modality="image")
    x = (rng.integers(0, 99, (160, 20, 20, 1)) + 100 * y[:, None, None, None]).astype(np.uint8)
    one = {"stages": [1], "depths": [1], "augments": ["none"], "dropouts": [0.0], "operations": ["skip_connect"]}
    options = {**SMALL, **one, "poolings": ["max"], "widths": [8, WIDE], "max_width": WIDE}  # 2 of 4 are narrow
    limits = {"memory_limit": LIMIT, "max_cost": 1e9, "max_trials": 4}
    settings = config(space_options=options, batch_size=128, strategy="random", epochs=1, final_epochs=1, **limits)
    with watched() as peak:
        result = search_architecture(NasProblem(x, encode_target(y, task), task), settings, tmp_path, silent_progress())
    wide = [record for record in result.records if record.params["width"] == WIDE]
    assert {record.cause for record in wide} == {"memory"}
    assert result.architecture.live["width"] == 8
    assert 0 < peak[0] < LIMIT + SLACK
