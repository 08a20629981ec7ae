"""The ends of a search and their notes: Ctrl-C, the clock, the reference network, no network."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from automl_flow.core.errors import BudgetError, ConfigError
from automl_flow.core.progress import silent_progress
from automl_flow.execution.outcome import Limits
from automl_flow.execution.runner import Handle
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.final_training import WHOLE
from automl_flow.nas.search.result import NasResult, notes_of, nothing_trained
from automl_flow.nas.search.run import search_architecture
from automl_flow.study.budget import Clock
from automl_flow.study.trial import NO_TIME, TrialRecord
from tests.execution.inline import InlineRunner, make_inline_runner
from tests.nas.problems import config, image_problem
from tests.nas.problems import facts as trained

JOBS = 7  # of the search below: four trials, two that go on, one final training


@dataclass
class Told:
    """A progress that remembers what it was told."""

    lines: list[str] = field(default_factory=list)
    label: str = ""

    def start(self, label: str, total: int | None = None) -> None:
        self.label = label

    def advance(self, message: str = "") -> None:
        self.lines.append(f"{self.label} | {message}")

    def note(self, message: str) -> None:
        self.lines.append(message)

    def finish(self) -> None:
        pass


class Interrupted(InlineRunner):
    """Somebody presses Ctrl-C when so many jobs have ended."""

    after = 0

    def submit(self, function: Any, job: Any, limits: Limits, affinity: str | None = None) -> Handle:
        if type(self).after == 0:
            raise KeyboardInterrupt
        type(self).after -= 1
        return super().submit(function, job, limits, affinity)


@pytest.fixture
def interrupt_after(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    def set_up(jobs: int) -> None:
        monkeypatch.setattr(Interrupted, "after", jobs)
        monkeypatch.setattr("automl_flow.nas.search.run.make_runner", lambda _, settings: Interrupted(settings))

    return set_up


def search(state: Path, progress: Any = None, clock: Clock | None = None, **changes: Any) -> NasResult:
    return search_architecture(image_problem(60), config(**changes), state, progress or silent_progress(), clock=clock)


def facts(result: NasResult) -> list[tuple[Any, ...]]:
    return [(r.number, dict(r.params), r.values, r.attrs.get("epochs")) for r in result.records]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[NasResult, Told]:
    told = Told()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl_flow.nas.search.run.make_runner", make_inline_runner)
        return search(tmp_path_factory.mktemp("unbroken"), told), told


def test_ctrl_c_before_the_first_network_is_an_interrupt_and_the_search_resumes(
    tmp_path: Path, interrupt_after: Callable[[int], None], unbroken: tuple[NasResult, Told]
) -> None:
    interrupt_after(0)
    with pytest.raises(KeyboardInterrupt):
        search(tmp_path)
    interrupt_after(100)
    assert facts(search(tmp_path)) == facts(unbroken[0])


@pytest.mark.parametrize("jobs", [1, 4, JOBS - 1])
def test_ctrl_c_later_keeps_what_is_done_says_so_and_the_search_resumes(
    jobs: int, tmp_path: Path, interrupt_after: Callable[[int], None], unbroken: tuple[NasResult, Told]
) -> None:
    interrupt_after(jobs)
    result = search(tmp_path)
    assert result.interrupted
    assert result.notes[0].serious
    tried = min(jobs, 4)
    assert f"(Ctrl-C): {tried} of 4 architectures had been tried by then" in result.notes[0].text
    assert any(note.serious and "no final training" in note.text for note in result.notes)
    interrupt_after(100)
    assert facts(search(tmp_path)) == facts(unbroken[0])


def test_progress_calls_a_trial_by_its_number_in_every_rung(unbroken: tuple[NasResult, Told]) -> None:
    result, told = unbroken
    losses = {record.number: record.values[0] for record in result.records if record.attrs["epochs"] == 4}  # type: ignore[index]
    promoted = [line.partition(" | ")[2] for line in told.lines if line.startswith("promoted architectures, 4 epochs")]
    assert sorted(promoted) == sorted(f"trial {number}: {-loss:.5g}" for number, loss in losses.items())
    first = [line.partition(" | ")[2] for line in told.lines if line.startswith("architecture search, 2 epochs")]
    assert [line.partition(":")[0] for line in first] == [f"trial {number}" for number in range(4)]


def test_the_final_training_is_told_by_seeds_and_losses(unbroken: tuple[NasResult, Told]) -> None:
    last = unbroken[1].lines[-1]
    assert re.fullmatch(r"final training, 2 epochs \| seed 1: training loss [\d.]+", last)


def test_the_start_of_processes_and_imports_counts(tmp_path: Path) -> None:
    with pytest.raises(BudgetError, match=r"no network could be trained.*time_left_for_this_task"):
        search(tmp_path, time_left_for_this_task=5.0, clock=Clock(5.0, spent=6.0))


def test_a_strategy_for_numbers_is_refused_where_all_is_choices(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"'cmaes' searches numbers.*space 'macro'.*'evolution'"):
        search(tmp_path, strategy="cmaes")


# Sentences

SETTINGS = config(max_trials=6, final_seeds=2)


def trial(number: int, state: Any = "complete", **changes: Any) -> TrialRecord:
    values = (0.5,) if state == "complete" else None
    return TrialRecord(number, {}, values, state, **{"attrs": trained(SETTINGS.epochs), **changes})


DONE = {"trained_on": WHOLE, "networks": 2, "epochs": 8}
CASES: list[tuple[str, dict[str, Any], str, bool]] = [
    ("won", {"best": 1}, "", False),
    (
        "the reference won",
        {"best": 0},
        "The search fell back to its plain reference network, which was designed by hand (trial 0): none of the 5 "
        "other networks was surely better.",
        False,
    ),
    (
        "cut by the clock",
        {"records": [trial(n) for n in range(4)]},
        "The time of the search was over when 4 of 6 architectures had been tried.",
        True,
    ),
    (
        "cut by Ctrl-C",
        {"records": [trial(0), trial(1, attrs=trained(2))], "interrupted": True},
        "The search was interrupted (Ctrl-C): 2 of 6 architectures had been tried by then, 1 of them for all 4 epochs.",
        True,
    ),
    (
        "trials lost",
        {"records": [*(trial(n) for n in range(5)), trial(5, "failed", cause="budget", message=NO_TIME)]},
        "1 of 6 trials gave no result: 1 did not run, or not to their end, within the budget.",
        False,
    ),
    (
        "no final training",
        {"facts": {"trained_on": "a part", "networks": 1, "epochs": 2}},
        "There was no final training on all samples: the network is that of trial 1, trained for 2 epochs on a part of "
        "them.",
        True,
    ),
    (
        "a seed lost",
        {"facts": {**DONE, "networks": 1}},
        "1 of 2 final trainings finished; the others had no time or failed.",
        False,
    ),
    (
        "last resort",
        {"best": 0, "last_resort": True},
        "No trial finished in the time of the search (time_left_for_this_task): the network is the plain reference "
        "network, which was designed by hand; nothing was searched.",
        True,
    ),
]


@pytest.mark.parametrize(("case", "changes", "text", "serious"), CASES, ids=[case[0] for case in CASES])
def test_what_one_would_not_expect_is_said(case: str, changes: dict[str, Any], text: str, serious: bool) -> None:
    given: dict[str, Any] = {"facts": DONE, "interrupted": False, "last_resort": False, **changes}
    records = given.pop("records", [trial(n) for n in range(6)])
    best = records[given.pop("best", 1)]
    found = notes_of(records, best, config=SETTINGS, **given)
    assert [(note.text, note.serious) for note in found] == ([(text, serious)] if text else [])


@pytest.mark.parametrize(
    ("records", "words"),
    [
        ([], "no training could start within the time limit of the search. What helps: give the search more time"),
        ([trial(0, "failed", cause="memory", message="over")], "1 needed too much memory.*raise memory_limit"),
        ([trial(0, "failed", cause="timeout")], "1 reached the time limit of a trial.*raise per_run_time_limit"),
    ],
)
def test_a_search_without_a_network_says_why_and_what_to_change(records: list[TrialRecord], words: str) -> None:
    assert re.search(words, nothing_trained(records))


NUMBERS = (
    "epochs", "reduction_factor", "final_epochs", "finalists", "batch_size", "max_params", "max_cost", "max_latency_ms",
    "stop_after", "proxy_candidates", "final_seeds", "cv_folds",
)  # fmt: skip


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize("value", [10**400, True])
def test_every_number_of_the_settings_is_a_number_with_an_upper_bound(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        NasConfig(max_trials=1, **{name: value})
