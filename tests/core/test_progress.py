from __future__ import annotations

import logging
import sys

import pytest

from automl_flow.core.progress import LiveProgress, LogProgress, console_progress


def test_without_a_terminal_progress_is_log_lines(monkeypatch, caplog):
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    progress = console_progress()
    assert isinstance(progress, LogProgress)
    with caplog.at_level(logging.INFO, "automl_flow"):
        progress.start("search", 3)
        for step in range(3):
            progress.advance(f"trial {step}")
    assert caplog.messages[0] == "search: up to 3 steps"
    assert "search: 1/3" in caplog.messages[1]
    assert "search: 3/3" in caplog.messages[-1]


def test_lines_keep_a_distance(caplog):
    progress = LogProgress(interval=60)
    with caplog.at_level(logging.INFO, "automl_flow"):
        progress.start("search", 100)
        for _ in range(50):
            progress.advance()
    assert len(caplog.messages) == 2


def test_a_live_line_starts_moves_and_ends():
    progress = LiveProgress()
    progress.start("search", 2)
    progress.advance("one")
    progress.finish()
    progress.finish()


@pytest.fixture
def bare():
    """The logger as in a notebook: no handler anywhere, no level of its own."""
    root, own = logging.getLogger(), logging.getLogger("automl_flow")
    handlers, level, kept = root.handlers[:], own.level, own.handlers[:]
    root.handlers[:], own.handlers[:] = [], []
    own.setLevel(logging.NOTSET)
    yield own
    root.handlers[:], own.handlers[:] = handlers, kept
    own.setLevel(level)


@pytest.mark.usefixtures("bare")
def test_where_nobody_set_up_logging_lines_are_printed(capsys):
    progress = LogProgress()
    progress.start("search", 2)
    progress.advance("trial 0")
    progress.note("a family is left out")
    assert capsys.readouterr().err.splitlines()[0] == "search: up to 2 steps"


def test_a_level_that_somebody_set_is_respected(bare, capsys):
    bare.setLevel(logging.WARNING)
    LogProgress().start("search", 2)
    assert capsys.readouterr().err == ""
