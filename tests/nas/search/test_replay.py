"""A search that the clock ended is repeated without a clock, to the last weight."""

from __future__ import annotations

import itertools
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from automl_flow.core.progress import silent_progress
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.result import NasResult, SelectedArchitecture
from automl_flow.nas.search.run import search_architecture
from tests.execution.inline import make_inline_runner
from tests.nas.problems import SMALL, config, image_problem

SPACE = {**SMALL, "widths": [4, 6, 8], "kernels": [3, 5]}


@pytest.fixture(autouse=True)
def counted_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Evaluate in this process, and let a second pass whenever somebody looks at the clock."""
    ticks = itertools.count()
    monkeypatch.setattr("automl_flow.nas.search.run.make_runner", make_inline_runner)
    monkeypatch.setattr("automl_flow.study.budget.time", SimpleNamespace(monotonic=lambda: float(next(ticks))))


def search(state: Path, settings: NasConfig) -> NasResult:
    return search_architecture(image_problem(), settings, state, silent_progress())


@pytest.mark.parametrize("max_trials", [None, 50])
def test_the_replay_of_a_search_that_the_clock_ended_is_equal(max_trials: int | None, tmp_path: Path) -> None:
    limited = config(max_trials=max_trials, time_left_for_this_task=110.0, space_options=SPACE, finalists=2)
    first = search(tmp_path / "limited", limited)
    assert first.reproduce["exact"]
    assert first.reproduce["stop_after"] < 50
    recorded = {key: value for key, value in first.reproduce.items() if key in NasConfig.model_fields}
    free = limited.model_copy(update={**recorded, "time_left_for_this_task": None})
    second = search(tmp_path / "replay", free)
    assert second.records == first.records
    assert second.notes == first.notes
    assert SelectedArchitecture.of(second) == SelectedArchitecture.of(first)
    weights = [result.network.module.state_dict() for result in (first, second)]
    assert all(torch.equal(tensor, weights[1][name]) for name, tensor in weights[0].items())


def test_a_search_whose_end_the_clock_decided_says_that_it_cannot_be_repeated(tmp_path: Path) -> None:
    # Looks at the clock are seconds here: so few let the reference network alone be trained, for one epoch.
    result = search(tmp_path, config(time_left_for_this_task=25.0))
    assert not result.reproduce["exact"]
