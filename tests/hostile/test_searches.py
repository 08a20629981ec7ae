"""Searches that find nothing, or not what was asked for: nobody gets a model without a word."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from automl_flow import AutoMLClassifier, load_model
from automl_flow.core.errors import AutoMLFlowWarning, BudgetError
from automl_flow.tabular.search import search_models
from tests.models.problems import mixed_table

QUICK = {"max_trials": 1, "families": ["linear"], "n_jobs": 1, "features": False, "time_left_for_this_task": None}
HOPELESS = {**QUICK, "per_run_time_limit": 1e-6}


@pytest.fixture(scope="module")
def rows():
    return mixed_table("binary", rows=60)


def test_a_fit_in_which_nothing_finished_is_an_error_with_its_causes(rows):
    with pytest.raises(
        BudgetError, match=r"Of 1 trials: 1 reached the time limit .*took .* to start.*raise per_run_time_limit"
    ):
        AutoMLClassifier(**HOPELESS).fit(*rows)


@pytest.fixture(scope="module")
def constant(rows):
    with pytest.warns(AutoMLFlowWarning, match="its result is a constant"):
        return AutoMLClassifier(**HOPELESS, if_nothing_finished="constant").fit(*rows)


def test_a_constant_predicts_the_class_shares(constant, rows):
    X, y = rows
    assert np.allclose(constant.predict_proba(X)[:, 1], (y == "b").mean())


def test_a_constant_can_be_told_by_its_notes_and_its_repr(constant):
    assert "constant" in str(constant.notes_[0])
    assert repr(constant).endswith("(predicts a constant)")


def test_a_constant_can_be_told_after_saving_and_loading(constant, tmp_path):
    constant.save(tmp_path / "model")
    assert "predicts a constant" in repr(load_model(tmp_path / "model"))


@pytest.fixture
def pressed(monkeypatch):
    """Ctrl-C during the search, after its only trial."""
    monkeypatch.setattr(
        "automl_flow.tabular.fit.search_models", lambda session: replace(search_models(session), interrupted=True)
    )


@pytest.mark.usefixtures("pressed")
def test_an_interrupt_ends_the_callers_loop_and_keeps_what_was_finished(rows):
    models = [AutoMLClassifier(**QUICK) for _ in range(2)]

    def loop() -> None:
        for model in models:
            model.fit(*rows)

    with pytest.warns(AutoMLFlowWarning, match="interrupted"), pytest.raises(KeyboardInterrupt):
        loop()
    model, not_begun = models
    assert model.interrupted_
    assert not hasattr(not_begun, "model_")
    assert model.predict(rows[0]).shape == (60,)
