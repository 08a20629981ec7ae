"""The headline of a run: what is kept, and what is printed."""

from types import SimpleNamespace

import pandas as pd
import pytest
from kedro.io import DataCatalog, MemoryDataset

from automl_flow.datasets.documents import DocumentDataset, TextDataset
from automl_flow.datasets.tables import TableDataset
from automl_flow.expectations import GateClosedError
from automl_flow.hooks.headline import constant_models, keep_findings
from automl_flow.tabular.candidate import Candidate, WeightedCandidates
from automl_flow.tabular.config import SearchConfig

NODE = SimpleNamespace(outputs=["wine.table", "wine.findings", "wine.data_docs"])
CLOSED = GateClosedError("no", {"passed": False}, "<p>no</p>")


@pytest.fixture
def catalog(tmp_path):
    """Accepted data and findings of an earlier run."""
    catalog = DataCatalog(
        {
            "wine.table": TableDataset(filepath=str(tmp_path / "table.parquet")),
            "wine.findings": DocumentDataset(filepath=str(tmp_path / "findings.json")),
            "wine.data_docs": TextDataset(filepath=str(tmp_path / "data_docs.html")),
        }
    )
    catalog.save("wine.table", pd.DataFrame({"a": [1]}))
    catalog.save("wine.findings", {"passed": True})
    return catalog


def test_findings_of_rejected_data_do_not_stand_beside_accepted_ones(catalog, tmp_path):
    keep_findings(CLOSED, NODE, catalog)
    assert not (tmp_path / "table.parquet").exists()
    assert catalog.load("wine.findings") == {"passed": False}


def test_there_need_be_no_earlier_run(catalog, tmp_path):
    (tmp_path / "table.parquet").unlink()
    keep_findings(CLOSED, NODE, catalog)
    assert (tmp_path / "data_docs.html").read_text() == "<p>no</p>"


@pytest.mark.parametrize(
    ("families", "found", "constant"),
    [
        (None, ["baseline"], ["wine"]),
        (None, ["baseline", "linear"], []),
        (("baseline",), ["baseline"], []),  # nothing else was asked for
    ],
)
def test_a_model_that_is_a_constant_is_known(families, found, constant):
    candidates = tuple(Candidate(number, family, {}, 1.0, ()) for number, family in enumerate(found))
    catalog = DataCatalog(
        {
            "wine.candidates": MemoryDataset(WeightedCandidates(candidates, ())),
            "params:wine.model_search": MemoryDataset(SearchConfig(max_trials=1, families=families)),
        }
    )
    assert constant_models(SimpleNamespace(all_outputs=lambda: {"wine.candidates", "wine.table"}), catalog) == constant
