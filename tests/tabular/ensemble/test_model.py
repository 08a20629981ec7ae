from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from automl_flow.core.errors import ArtifactError, AutoMLFlowWarning, DataError
from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.serialization.manifest import MANIFEST
from automl_flow.tabular.candidate import Candidate
from automl_flow.tabular.ensemble.load import load_tabular_model
from automl_flow.tabular.ensemble.model import TabularModel, _pieces
from automl_flow.tabular.restore import fit_candidates
from tests.models.problems import make_problem, predictions


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Two quick members, one bagged and one not."""
    problem = make_problem("multiclass")
    context = problem.context(0)
    candidates = [
        Candidate(i, name, dict(FAMILIES.get(name).portfolio(context)[0]), 0.0, ())
        for i, name in enumerate(["linear", "lightgbm"])
    ]
    fitted = fit_candidates(
        problem, candidates, FAMILIES.available(), FolderStore(tmp_path_factory.mktemp("state")), seed=0
    )
    names = tuple(problem.X.columns)
    return TabularModel(fitted, (0.25, 0.75), problem.target.classes, problem.task, names), problem.X


def test_probabilities_are_the_weighted_mean_of_the_members(model):
    model, X = model
    first, second = (predictions(member, X) for member in model.members)
    assert np.allclose(model.predict_proba(X), 0.25 * first + 0.75 * second)


def test_predict_gives_the_most_probable_class(model):
    model, X = model
    assert model.predict(X).tolist() == np.array(["a", "b", "c"])[model.predict_proba(X).argmax(axis=1)].tolist()


def test_a_saved_model_predicts_the_same(model, tmp_path):
    model, X = model
    model.save(tmp_path / "model")
    assert np.array_equal(load_tabular_model(tmp_path / "model").predict_proba(X), model.predict_proba(X))


def test_saving_twice_gives_the_same_bytes(model, tmp_path):
    model, _ = model
    for name in ("one", "two"):
        model.save(tmp_path / name)
    files = [json.loads((tmp_path / name / MANIFEST).read_text())["files"] for name in ("one", "two")]
    assert files[0] == files[1]


def test_a_changed_file_is_refused(model, tmp_path):
    model, _ = model
    model.save(tmp_path / "model")
    path = next((tmp_path / "model" / "members").rglob("*.model"))
    path.write_bytes(path.read_bytes() + b" ")
    with pytest.raises(ArtifactError, match="changed"):
        load_tabular_model(tmp_path / "model")


def test_order_and_number_of_other_columns_do_not_matter(model):
    model, X = model
    shuffled = X.assign(extra=1.0)[[*reversed(X.columns), "extra"]]
    with pytest.warns(AutoMLFlowWarning, match="are ignored: 'extra'"):
        predicted = model.predict_proba(shuffled)
    assert np.array_equal(predicted, model.predict_proba(X))


def test_a_missing_column_is_named(model):
    model, X = model
    with pytest.raises(DataError, match="'colour'"):
        model.predict(X.drop(columns="colour"))


def test_no_rows_give_no_predictions(model):
    model, X = model
    assert model.predict_proba(X.head(0)).shape == (0, 3)


@pytest.mark.parametrize(("n_rows", "pieces"), [(0, 1), (1, 1), (8192, 1), (8193, 2), (100_000, 13)])
def test_many_rows_are_cut_into_pieces(n_rows, pieces):
    assert _pieces(n_rows) == pieces


def test_pieces_are_predicted_as_the_whole_is(model, monkeypatch):
    model, X = model
    whole = model.predict_proba(X)
    monkeypatch.setattr("automl_flow.tabular.ensemble.model._CHUNK_ROWS", 50)
    assert _pieces(len(X)) > 1
    assert np.allclose(model.predict_proba(X), whole)


def test_cells_are_read_by_a_network_where_there_are_no_other_members(model):
    model, X = model
    preprocessor = next(iter(model.members[0].preprocessors.values()))
    member = SimpleNamespace(
        network=SimpleNamespace(preprocessor=preprocessor), predict=lambda X: np.eye(3)[[0] * len(X)]
    )
    alone = replace(model, members=(member,), weights=(1.0,))
    with pytest.warns(AutoMLFlowWarning, match="size: 150 are no finite numbers"):
        alone.predict(X.assign(size="x"))
