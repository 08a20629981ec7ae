"""What architecture search keeps of its result."""

from __future__ import annotations

from typing import Any

from numpy.typing import NDArray

from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.search.result import NasResult, SelectedArchitecture
from automl_flow.study.history import SearchHistory
from automl_flow.study.notes import log_notes

Found = tuple[SearchHistory, SelectedArchitecture, NetworkModel, dict[str, NDArray[Any]]]


def unpack(result: NasResult) -> Found:
    """Return trials, architecture, network, and the winner's predictions of rows that its trial did not see."""
    log_notes(result.notes)
    history = SearchHistory(result.records, result.notes, result.reproduce)
    return history, SelectedArchitecture.of(result), result.network, {"rows": result.rows, "predictions": result.oof}
