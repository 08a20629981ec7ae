"""Execution backends: one file each, chosen by the configuration."""

from __future__ import annotations

import inspect
import sys
import textwrap
from pathlib import Path

import pytest

from automl_flow.core.config import parse_config
from automl_flow.core.errors import ConfigError
from automl_flow.core.registry import Registry
from automl_flow.execution import backends
from automl_flow.execution.backends import make_runner
from automl_flow.execution.backends.local import LocalHandle, LocalRunner
from automl_flow.execution.outcome import Limits
from automl_flow.execution.runner import Handle, Runner, RunnerSettings
from automl_flow.study.budget import Budget
from tests.execution import jobs
from tests.execution.inline import Done, InlineRunner

INLINE = """
    from automl_flow.execution.backends import Backend
    from tests.execution.inline import InlineRunner

    ENTRY = Backend(make=InlineRunner, capacity=lambda: 3, is_warm=lambda: True)
"""


@pytest.fixture
def inline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A backend from outside this package."""
    folder = tmp_path / "automl_flow_extensions" / "execution" / "backends"
    folder.mkdir(parents=True)
    (folder / "inline.py").write_text(textwrap.dedent(INLINE))
    monkeypatch.syspath_prepend(tmp_path)
    registry = Registry("automl_flow.execution.backends", "execution backend")
    for module in ("execution.backends", "study.budget"):
        monkeypatch.setattr(f"automl_flow.{module}.BACKENDS", registry)
    yield
    for name in [name for name in sys.modules if name.startswith("automl_flow_extensions")]:
        del sys.modules[name]


def test_local_is_a_backend():
    assert "local" in backends.BACKENDS.names()
    assert isinstance(make_runner("local", RunnerSettings()), LocalRunner)


def test_a_backend_from_outside_runs_jobs(inline: None):
    with make_runner("inline", RunnerSettings(n_jobs=3)) as runner:
        assert isinstance(runner, InlineRunner)
        runner.broadcast(10)
        assert runner.submit(jobs.add, 1, Limits()).outcome().value == 11
    assert Budget(n_jobs=5, execution="inline").workers() == 3


def test_an_unknown_backend_is_met_with_the_nearest():
    with pytest.raises(ConfigError, match="unknown execution backend 'locl'; did you mean 'local'"):
        make_runner("locl", RunnerSettings())
    with pytest.raises(ConfigError, match=r"x.yml.execution: unknown execution backend 'locl'; did you mean 'local'"):
        parse_config(Budget, {"execution": "locl"}, "x.yml")


@pytest.mark.parametrize(
    ("protocol", "made"), [(Runner, LocalRunner), (Runner, InlineRunner), (Handle, LocalHandle), (Handle, Done)]
)
def test_a_runner_has_all_that_callers_use(protocol: type, made: type):
    for name, member in vars(protocol).items():
        if callable(member) and (not name.startswith("_") or name in ("__enter__", "__exit__")):
            wanted, found = (list(inspect.signature(getattr(one, name)).parameters) for one in (protocol, made))
            assert found == wanted, name
