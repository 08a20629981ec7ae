"""What architecture search keeps of its result."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from automl_flow.nas.network.model import NetworkModel
from automl_flow.pipelines.documents import trials_document
from automl_flow.study.notes import log_notes

if TYPE_CHECKING:
    from automl_flow.nas.search.result import NasResult

Document = dict[str, Any]
Found = tuple[Document, Document, NetworkModel, dict[str, NDArray[Any]]]


def unpack(result: NasResult) -> Found:
    """Return trials, architecture, network, and the winner's predictions of rows that its trial did not see."""
    log_notes(result.notes)
    architecture = {
        "space": result.architecture.space,
        "params": dict(result.architecture.params),
        "key": result.architecture.key,
        "trial": result.best,
        "choice": result.choice,
        "strategy": result.strategy,
        "why": result.why,
        "front": list(result.front),
        "proxies": dict(result.proxies),
        "one_shot": dict(result.one_shot),
    }
    trials = trials_document(result.records, result.notes, reproduce=dict(result.reproduce))
    return trials, architecture, result.network, {"rows": result.rows, "predictions": result.oof}
