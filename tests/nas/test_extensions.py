"""A user's own operation, in a file of their own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from automl_flow.core.modules import code_fingerprint
from automl_flow.core.progress import silent_progress
from automl_flow.nas.operations import OPERATIONS
from automl_flow.nas.search.run import search_architecture
from tests.nas.problems import SMALL, config, image_problem

CODE = """
from automl_flow.nas.operations.layers import relu_conv_norm
from automl_flow.nas.operations.base import Operation

ENTRY = Operation(lambda site: relu_conv_norm(site, 1), kinds=("image",), about="mine")
"""


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of an operation that lies in a folder on the path."""
    folder = tmp_path / "automl_flow_extensions" / "nas" / "operations"
    folder.mkdir(parents=True)
    (folder / "my_conv.py").write_text(CODE)
    monkeypatch.syspath_prepend(tmp_path)
    _forget()
    yield "my_conv"
    _forget()
    for name in [n for n in sys.modules if n.startswith("automl_flow_extensions")]:
        del sys.modules[name]


def _forget() -> None:
    OPERATIONS.__dict__.pop("_entries", None)
    code_fingerprint.cache_clear()


def test_it_is_searched_and_trained_in_worker_processes(mine: str, tmp_path: Path) -> None:
    settings = config(max_trials=1, epochs=1, final_epochs=1, space_options={**SMALL, "operations": [mine]})
    result = search_architecture(image_problem(), settings, tmp_path / "state", silent_progress())
    assert result.architecture.live["op_1"] == mine
