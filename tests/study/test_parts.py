"""Trials in parts: any number of workers, in any order, gives what one part after another gives."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from automl_flow.core.progress import silent_progress
from automl_flow.execution.backends.local import LocalRunner
from automl_flow.execution.outcome import Limits, Outcome
from automl_flow.execution.runner import Handle, Runner, RunnerSettings
from automl_flow.study.budget import Budget, Clock
from automl_flow.study.journal import Journal
from automl_flow.study.parts import TrialRun
from automl_flow.study.study import StudyResult, run_study
from tests.execution.inline import Shuffling
from tests.study import studies

TRIALS = 24


def run(folder: Path, runner: Runner, *, pruning: bool = True, **budget: Any) -> StudyResult:
    limits = Budget(**{"max_trials": TRIALS, "seed": 7, **budget})
    journal = Journal(folder, key="k")
    with journal.open(), runner:
        return run_study(
            studies.in_parts(pruning=pruning),
            runner=runner,
            budget=limits,
            clock=Clock(limits.time_left_for_this_task, journal.spent),
            journal=journal,
            progress=silent_progress(),
        )


def facts(result: StudyResult) -> list[tuple[Any, ...]]:
    return [
        (r.number, dict(r.params), r.values, r.state, r.cause, r.message, dict(r.attrs), dict(r.intermediate))
        for r in result.records
    ]


@pytest.fixture(scope="module")
def sequential(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Any, ...]]:
    return facts(run(tmp_path_factory.mktemp("sequential"), Shuffling(1)))


def test_some_trials_are_pruned_after_one_part_and_some_after_three(sequential: list[tuple[Any, ...]]) -> None:
    assert {row[6]["parts"] for row in sequential if row[3] == "pruned"} == {1, 3}
    assert {row[6]["parts"] for row in sequential if row[3] == "complete"} == {studies.FOLDS}


@pytest.mark.parametrize("n_jobs", [2, 5, 12])
@pytest.mark.parametrize("seed", range(4))
def test_neither_the_number_of_workers_nor_the_order_of_ends_changes_a_record(
    tmp_path: Path, sequential: list[tuple[Any, ...]], n_jobs: int, seed: int
) -> None:
    runner = Shuffling(n_jobs, seed=seed)
    assert facts(run(tmp_path, runner)) == sequential
    assert runner.most == n_jobs


@pytest.mark.parametrize("n_jobs", [1, 2, 5, 12])
def test_processes_give_the_same_records(tmp_path: Path, sequential: list[tuple[Any, ...]], n_jobs: int) -> None:
    runner = LocalRunner(RunnerSettings(n_jobs=n_jobs, slots=4), {})
    assert facts(run(tmp_path, runner)) == sequential


def test_one_worker_runs_no_part_that_does_not_count(tmp_path: Path, sequential: list[tuple[Any, ...]]) -> None:
    runner = Shuffling(1)
    run(tmp_path, runner)
    assert runner.submitted.count(studies.evaluate_part) == sum(row[6]["parts"] for row in sequential)


@pytest.mark.parametrize("n_jobs", [1, 12])
def test_a_trial_fails_with_the_cause_of_its_first_part_that_fails(tmp_path: Path, n_jobs: int) -> None:
    runner = Shuffling(n_jobs, {"fail": [(0, 4), (0, 2), (1, 0)]})
    records = run(tmp_path, runner, pruning=False, max_trials=3).records
    assert [(r.state, r.cause, r.message) for r in records] == [
        ("failed", "implementation", "part 2 as told"),
        ("failed", "implementation", "part 0 as told"),
        ("complete", None, ""),
    ]


def test_a_record_has_the_seconds_of_all_parts_and_of_combining_them(tmp_path: Path) -> None:
    whole = [r for r in run(tmp_path, Shuffling(12)).records if r.state == "complete"]
    assert {r.seconds for r in whole} == {(studies.FOLDS + 1) * 0.25}


def test_twelve_workers_are_busier_than_a_window_of_eight_trials(tmp_path: Path) -> None:
    times = tmp_path / "times"
    context = {"seconds": 0.5, "times": str(times)}
    run(tmp_path / "journal", LocalRunner(RunnerSettings(n_jobs=12, slots=6), context))
    spans = [tuple(map(float, line.split())) for line in times.read_text().splitlines()]
    begin, end = min(spans)[0], max(end for _, end in spans)
    moments = [begin + (end - begin) * i / 200 for i in range(200)]
    assert statistics.median(sum(first <= moment < last for first, last in spans) for moment in moments) > 8


def test_a_part_that_hangs_is_killed_at_the_limit_of_its_trial(tmp_path: Path) -> None:
    runner = LocalRunner(RunnerSettings(n_jobs=3), {"hang": [(1, 3)], "seconds": 0.2})
    records = run(tmp_path, runner, pruning=False, max_trials=3, per_run_time_limit=2.0).records
    assert (records[1].cause, records[1].message) == ("timeout", "over the time limit of 2.0 s")
    assert records[0].state == records[2].state == "complete"


def test_parts_that_take_too_long_together_are_over_the_limit_of_the_trial(tmp_path: Path) -> None:
    records = run(tmp_path, Shuffling(5), pruning=False, max_trials=2, per_run_time_limit=1.1).records
    assert {(r.cause, r.message) for r in records} == {("timeout", "over the time limit of 1.1 s")}


def test_the_clock_of_the_search_skips_a_trial_of_which_a_part_is_missing(tmp_path: Path) -> None:
    runner = LocalRunner(RunnerSettings(n_jobs=2), {"hang": [(2, 1)]})
    limited = run(tmp_path / "limited", runner, max_trials=40, time_left_for_this_task=4.0)
    assert 2 in limited.skip_trials
    assert limited.records[2].cause == "budget"
    replayed = run(tmp_path / "replay", Shuffling(3), max_trials=len(limited.records), skip_trials=limited.skip_trials)
    assert facts(replayed) == facts(limited)


class Interrupted(Shuffling):
    """Somebody presses Ctrl-C when so many jobs have ended."""

    after = 30

    def wait_any(self, handles: Iterable[Handle], timeout: float | None) -> None:
        if self.after == 0:
            raise KeyboardInterrupt
        self.after -= 1
        super().wait_any(handles, timeout)


def test_an_interrupted_search_continues_with_whole_trials(tmp_path: Path, sequential: list[tuple[Any, ...]]) -> None:
    first = run(tmp_path, Interrupted(5))
    assert first.interrupted
    assert 0 < len(first.records) < TRIALS
    runner = Shuffling(5)
    assert facts(run(tmp_path, runner)) == sequential
    assert runner.submitted.count(studies.evaluate_part) < sum(row[6]["parts"] for row in sequential)


def test_a_trial_shares_its_time_among_the_parts_that_have_not_ended() -> None:
    run = TrialRun(0, {"x": 0.0, "y": 0.0}, studies.in_parts().evaluate, Limits(10.0), n_jobs=2)
    first, second = run.next_job(100.0), run.next_job(100.0)
    assert [(s.job.open_parts, s.job.rounds, s.job.trial_seconds) for s in (first, second)] == [(5, 3, 0.0)] * 2
    assert (run.has_job, run.is_speculative) == (True, True)
    run.add(0, Outcome(0.0, None, "", 4.0, 1.0))
    third = run.next_job(50.0)
    assert (third.job.open_parts, third.job.rounds, third.job.trial_seconds) == (4, 2, 4.0)
    assert (third.limits.seconds, third.limits.seconds_left, third.affinity) == (6.0, 50.0, "2")
    assert run.speedup == pytest.approx(5 / 3)
