"""The order of a search is fixed by trial numbers: workers, speed, kills and resumes do not change it."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from automl_flow.core.errors import BudgetError
from automl_flow.core.progress import LogProgress, silent_progress
from automl_flow.execution.backends.local import LocalRunner
from automl_flow.execution.outcome import Limits
from automl_flow.execution.runner import RunnerSettings
from automl_flow.study.budget import Budget, Clock
from automl_flow.study.journal import Journal, results_folder
from automl_flow.study.study import StudyResult, run_study
from tests.study import studies


def run(folder: Path, *, n_jobs: int = 1, context=None, search=None, **budget) -> StudyResult:
    folder.mkdir(exist_ok=True)
    limits = Budget(**{"max_trials": 12, "seed": 7, **budget})
    journal = Journal(folder / "journal", key="k")
    with journal.open(), LocalRunner(RunnerSettings(n_jobs), {"folder": str(folder), **(context or {})}) as runner:
        return run_study(
            search or studies.search(),
            runner=runner,
            budget=limits,
            clock=Clock(limits.time_left_for_this_task, journal.spent),
            journal=journal,
            progress=silent_progress(),
        )


def essence(result: StudyResult) -> list[tuple]:
    return [(r.number, dict(r.params), r.values, r.state, dict(r.attrs)) for r in result.records]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory) -> list[tuple]:
    return essence(run(tmp_path_factory.mktemp("unbroken")))


@pytest.mark.parametrize("n_jobs", [2, 4])
def test_workers_do_not_change_the_result(tmp_path, unbroken, n_jobs):
    assert essence(run(tmp_path, n_jobs=n_jobs)) == unbroken


def test_the_sampler_learns_from_what_was_told(unbroken):
    first, last = [row[2][0] for row in unbroken[:4]], [row[2][0] for row in unbroken[8:]]
    assert min(last) < min(first)


def test_resume_after_the_parent_was_killed_equals_unbroken(tmp_path, unbroken):
    code = (
        "import os, sys; from pathlib import Path; from tests.study import test_study as t\n"
        "t.run(Path(sys.argv[1]), n_jobs=2, context={'kill_parent': 6, 'parent': os.getpid()})"
    )
    root = Path(__file__).parents[2]
    killed = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=root, check=False)
    assert killed.returncode == -9
    done_before = len(list(tmp_path.glob("ran-*")))
    assert 4 <= done_before < 12
    assert essence(run(tmp_path, n_jobs=2)) == unbroken
    assert len(list(tmp_path.glob("ran-*"))) <= 12 + 2  # only what was running when the plug was pulled ran again


def test_a_torn_line_is_cut_and_its_trial_runs_again(tmp_path, unbroken):
    run(tmp_path)
    journal = tmp_path / "journal" / "trials.jsonl"
    journal.write_bytes(journal.read_bytes()[:-10])
    before = len(list(tmp_path.glob("ran-*")))
    assert essence(run(tmp_path)) == unbroken
    assert len(list(tmp_path.glob("ran-*"))) == before + 1


def keep_one_trial(folder: Path) -> None:
    with Journal(folder, key="one").open() as journal:
        journal.append({"number": 0})
    (results_folder(folder) / "models").mkdir(parents=True)
    (results_folder(folder) / "0.npz").touch()


def test_the_same_search_finds_its_trials_and_files(tmp_path):
    keep_one_trial(tmp_path)
    with Journal(tmp_path, key="one").open() as journal:
        assert journal.entries == {0: {"number": 0}}
    assert (results_folder(tmp_path) / "0.npz").exists()


@pytest.mark.parametrize("change", ["key", "code"])
def test_other_data_settings_or_code_start_in_an_empty_folder(tmp_path, monkeypatch, change):
    keep_one_trial(tmp_path)
    if change == "code":
        monkeypatch.setattr("automl_flow.study.journal.code_fingerprint", lambda: "edited")
    with Journal(tmp_path, key="two" if change == "key" else "one").open() as journal:
        assert journal.entries == {}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["lock", "trials.jsonl"]


def test_a_second_search_in_the_same_folder_is_refused(tmp_path):
    with (
        Journal(tmp_path, key="k").open(),
        pytest.raises(BudgetError, match=rf"process {os.getpid()}"),
        Journal(tmp_path, key="k").open(),
    ):
        pass


def test_a_failed_trial_is_listed_and_the_search_goes_on(tmp_path):
    result = run(tmp_path, context={"fail": 2}, max_trials=5)
    assert [r.state for r in result.records] == ["complete", "complete", "failed", "complete", "complete"]
    assert result.records[2].cause == "implementation"
    assert "as told" in result.records[2].message


def test_a_hanging_trial_is_killed_at_its_own_limit(tmp_path):
    result = run(tmp_path, context={"hang": 1}, max_trials=3, per_run_time_limit=1.0)
    assert result.records[1].cause == "timeout"
    assert result.records[1].seconds < 3
    assert result.records[2].state == "complete"
    assert result.skip_trials == ()


def test_the_clock_of_the_search_is_held_by_killing_and_can_be_replayed(tmp_path):
    limited = run(tmp_path / "limited", context={"hang": 5}, max_trials=40, time_left_for_this_task=6.0, n_jobs=2)
    assert 5 in limited.skip_trials
    replayed = run(tmp_path / "replay", max_trials=len(limited.records), skip_trials=limited.skip_trials)
    assert essence(replayed) == essence(limited)


def test_a_clock_that_jumps_does_not_end_the_search(tmp_path, unbroken, monkeypatch):
    jumps = itertools.count(start=time.time(), step=1e6)
    monkeypatch.setattr(time, "time", lambda: next(jumps))
    assert essence(run(tmp_path, time_left_for_this_task=600.0, per_run_time_limit=300.0)) == unbroken


def test_enqueued_parameters_come_first(tmp_path):
    first = {"kind": "a", "x": 1.0, "y": 0}
    result = run(tmp_path, search=studies.search(enqueue=[first]), max_trials=3)
    assert dict(result.records[0].params) == first
    assert result.study.best_trial.number == 0


def too_dear(payload, left=0.0):
    return "too dear" if payload["y"] > 3 else None


def test_a_trial_that_is_refused_is_not_run_and_says_why(tmp_path):
    result = run(tmp_path, search=studies.search(refuse=too_dear), max_trials=8)
    refused = [r for r in result.records if r.cause == "budget"]
    assert refused
    assert all(r.message == "too dear" for r in refused)
    assert len(list(tmp_path.glob("ran-*"))) == 8 - len(refused)
    assert result.skip_trials == ()


def test_a_trial_that_has_no_time_is_not_run_and_is_skipped_in_a_replay(tmp_path):
    search = studies.search(admit=too_dear)
    limited = run(tmp_path / "limited", search=search, max_trials=8, time_left_for_this_task=600)
    assert limited.skip_trials == tuple(r.number for r in limited.records if r.cause == "budget") != ()
    replayed = run(tmp_path / "replay", search=search, max_trials=8, skip_trials=limited.skip_trials)
    assert replayed.records == tuple(
        replace(r, seconds=s.seconds, peak_mb=s.peak_mb) for r, s in zip(limited.records, replayed.records, strict=True)
    )
    assert replayed.skip_trials == limited.skip_trials


def test_no_trial_stays_running_in_the_study(tmp_path):
    result = run(tmp_path, max_trials=50, time_left_for_this_task=1.5)
    assert {trial.state.is_finished() for trial in result.study.trials} <= {True}


def test_progress_tells_trials_in_the_words_of_the_search(tmp_path, caplog):
    search = studies.search(label="models", describe=lambda record: f"number {record.number} is done")
    progress = LogProgress(interval=0)
    with caplog.at_level("INFO", "automl_flow"), LocalRunner(context={"folder": str(tmp_path)}) as runner:
        journal = Journal(tmp_path / "journal", key="k")
        with journal.open():
            run_study(
                search,
                runner=runner,
                budget=Budget(max_trials=2),
                clock=Clock(None),
                journal=journal,
                progress=progress,
            )
    assert caplog.messages[0] == "models: up to 2 steps"
    assert caplog.messages[-1].endswith("number 1 is done")


class _Deaf(LocalRunner):
    """A runner whose jobs never end."""

    def submit(self, function, job, limits, affinity=None):
        handle = super().submit(function, job, Limits())
        handle.cancel = lambda: None
        return handle


def test_a_search_ends_though_its_runner_does_not_keep_the_time(tmp_path, monkeypatch):
    monkeypatch.setattr("automl_flow.study.study._GRACE_SECONDS", 0.1)
    monkeypatch.setattr("tests.study.test_study.LocalRunner", _Deaf)
    result = run(tmp_path, context={"hang": 0}, max_trials=40, time_left_for_this_task=3.0)
    assert result.skip_trials
    assert all(record.cause == "budget" for record in result.records)


def test_a_search_watches_its_trials_while_they_run(tmp_path):
    looks = []
    run(
        tmp_path,
        search=replace(studies.search(), watch=lambda: looks.append(len(list(tmp_path.glob("ran-*"))))),
        max_trials=2,
    )
    assert looks
    assert looks == sorted(looks)
