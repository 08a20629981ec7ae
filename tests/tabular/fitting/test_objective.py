"""One fold is one call; combining the outcomes is another; deadlines are seconds."""

from __future__ import annotations

import json
import time
from multiprocessing.reduction import ForkingPickler

import numpy as np
import pytest

from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.study.trial import TrialJob, TrialRecord
from automl_flow.tabular.candidate import Candidate, Suggestion, TrialFacts
from automl_flow.tabular.fitting.fold_models import is_stored, read_oof
from automl_flow.tabular.fitting.objective import TrialContext, combine, evaluate, fit_fold
from tests.models.problems import make_problem


@pytest.fixture
def trial(tmp_path):
    return TrialContext(make_problem("binary"), FAMILIES.available(), FolderStore(tmp_path), seed=3)


def suggestion(trial: TrialContext, name: str, **changes) -> Suggestion:
    return Suggestion(name, dict(FAMILIES.get(name).portfolio(trial.problem.context(3))[0]), **changes)


def test_folds_that_are_fitted_one_by_one_in_any_order_give_what_a_trial_gives(trial):
    whole = evaluate(trial, TrialJob(0, suggestion(trial, "linear")))
    candidate, folds = suggestion(trial, "linear"), range(len(trial.problem.folds))
    outcomes = {fold: fit_fold(trial, 1, candidate, fold) for fold in reversed(folds)}
    assert combine(trial, 1, candidate, [outcomes[fold] for fold in folds]) == whole
    assert np.array_equal(read_oof(trial.store, 0), read_oof(trial.store, 1))


def test_a_trial_ends_after_the_fold_whose_threshold_its_mean_loss_exceeds(trial):
    pruned = evaluate(trial, TrialJob(0, suggestion(trial, "linear", prune_thresholds={2: -10.0})))
    assert pruned.pruned
    assert len(pruned.facts.fold_losses) == 2
    assert not is_stored(trial.store, 0, 0)


def test_the_seconds_left_of_the_search_end_a_fit_in_time_to_store_it(trial):
    began = time.monotonic()
    evaluation = evaluate(trial, TrialJob(0, suggestion(trial, "lightgbm"), seconds_left=0.5))
    assert evaluation.facts.cut_short
    assert time.monotonic() - began < 30
    assert read_oof(trial.store, 0).shape == (len(trial.problem.X), 2)


def test_facts_survive_their_way_through_the_journal(trial):
    job = TrialJob(0, suggestion(trial, "lightgbm"))
    evaluation = evaluate(trial, ForkingPickler.loads(ForkingPickler.dumps(job)))
    record = TrialRecord(0, {}, evaluation.values, "complete", attrs=evaluation.attrs)
    again = TrialRecord.from_entry(json.loads(json.dumps(record.to_entry(0.0))))
    assert TrialFacts.of(again) == evaluation.facts
    assert Candidate.of(again).loss == evaluation.values[0]


def test_a_trial_that_failed_has_no_facts():
    assert TrialFacts.of(TrialRecord(0, {}, None, "failed", "memory")) is None
