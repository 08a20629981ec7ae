from __future__ import annotations

import numpy as np
import pytest

from automl_flow.core.errors import StorageError
from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.study.journal import results_folder
from automl_flow.study.trial import TrialJob
from automl_flow.tabular import refit
from automl_flow.tabular.candidate import Candidate, Suggestion
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.fitting.fold_models import STAND_IN, kept_folds, model_store
from automl_flow.tabular.fitting.objective import TrialContext, evaluate
from automl_flow.tabular.fitting.preprocessors import ALL_ROWS
from automl_flow.tabular.predictor import FittedCandidate
from automl_flow.tabular.restore import fit_candidates
from automl_flow.tabular.session.session import open_session
from tests.models.problems import make_problem, predictions

_STEPS = (7, 9, 30)  # of the folds, as a search would have found them


@pytest.fixture
def searched(tmp_path):
    """A candidate whose trial is in the state folder."""
    problem, families = make_problem("binary"), {"lightgbm": FAMILIES.get("lightgbm")}
    params = dict(families["lightgbm"].portfolio(problem.context(0))[0])
    job = TrialJob(0, Suggestion("lightgbm", params))
    evaluate(TrialContext(problem, families, FolderStore(results_folder(tmp_path)), 0), job)
    return problem, families, Candidate(0, "lightgbm", params, 0.0, (), iterations=_STEPS)


def run(searched, state, *, copies: int = 1, seconds: float | None = None) -> FittedCandidate:
    problem, families, candidate = searched
    with open_session(problem, families, SearchConfig(seed=0), state) as session:
        done = refit.refit(session, [candidate], copies={0: copies}, seconds=seconds, took={0: 1.0})
    return fit_candidates(
        problem, [candidate], families, FolderStore(results_folder(state)), seed=0, copies=done.copies
    )[0]


def test_one_model_learns_from_all_rows_for_as_many_steps_as_on_the_folds(searched, tmp_path):
    fitted = run(searched, tmp_path)
    assert [part.fold for part in fitted.models] == [ALL_ROWS]
    assert fitted.models[0].model.num_trees() == 9


def test_further_models_differ_in_their_seed(searched, tmp_path):
    fitted = run(searched, tmp_path, copies=2)
    first, second = (part.model.predict(np.zeros((1, part.model.num_feature()))) for part in fitted.models)
    assert [part.copy for part in fitted.models] == [0, 1]
    assert first != second


def test_a_model_that_is_there_is_not_fitted_again(searched, tmp_path):
    run(searched, tmp_path)
    file = model_store(FolderStore(results_folder(tmp_path)), 0).folder / "all-0.model"
    written = file.stat().st_mtime_ns
    assert len(run(searched, tmp_path, copies=2).models) == 2
    assert file.stat().st_mtime_ns == written


def test_the_models_of_the_folds_have_half_of_the_vote(searched, tmp_path):
    problem, families, candidate = searched
    run(searched, tmp_path, copies=2)
    every = tuple(range(len(problem.folds)))

    def predict(**kept):
        (fitted,) = fit_candidates(
            problem, [candidate], families, FolderStore(results_folder(tmp_path)), seed=0, **kept
        )
        return predictions(fitted, problem.X)

    folds, whole = predict(folds={0: every}), predict(copies={0: 2})
    both = predict(copies={0: 2}, folds={0: every})
    np.testing.assert_allclose(both, (folds + whole) / 2)
    single = [predict(folds={0: (fold,)}) for fold in every]
    np.testing.assert_allclose(folds, np.mean(single, axis=0))
    assert not np.allclose(folds, whole)


def test_a_trial_leaves_the_models_of_all_folds_of_a_bagged_family_alone(searched, tmp_path):
    problem, _, _ = searched
    assert len(list(model_store(FolderStore(results_folder(tmp_path)), 0).folder.glob("fold-*.model"))) == len(
        problem.folds
    )
    assert kept_folds(FAMILIES.get("extra_trees"), 5) == (STAND_IN,)
    assert kept_folds(FAMILIES.get("lightgbm"), 1) == (STAND_IN,)  # it saw fewer rows and brings no variety


def test_without_time_there_is_the_model_of_a_fold(searched, tmp_path):
    assert [part.fold for part in run(searched, tmp_path, seconds=1e-9).models] == [STAND_IN]


def full_disk(context, job):
    raise StorageError("no space left")


def test_a_full_disk_ends_the_refit(searched, tmp_path, monkeypatch):
    monkeypatch.setattr(refit, "fit_all_rows", full_disk)
    with pytest.raises(StorageError, match="no space left"):
        run(searched, tmp_path)


def too_large(context, job):
    raise MemoryError


def test_a_fit_that_fails_leaves_the_model_of_a_fold_and_a_word(searched, tmp_path, monkeypatch, caplog):
    monkeypatch.setattr(refit, "fit_all_rows", too_large)
    assert [part.fold for part in run(searched, tmp_path).models] == [STAND_IN]
    assert "lightgbm-0" in caplog.text
    assert "memory" in caplog.text
