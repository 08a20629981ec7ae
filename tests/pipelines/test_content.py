"""What the report says of a search is read from its documents."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from automl_flow.pipelines.evaluation.content import (
    ARCHITECTURE_SEARCH,
    candidate_rows,
    notes_of,
    path_of,
    supernet_reasons,
)
from automl_flow.pipelines.evaluation.sample_nodes import enter
from automl_flow.study.history import SearchHistory
from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord
from automl_flow.tabular.candidate import Candidate, WeightedCandidates
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Split

ONE_SHOT = {"candidates": [{}, {}], "epochs": 4, "history": [{"parameter_free": 0.5, "entropy": 0.96}], "collapse": ""}


def test_without_a_supernet_nothing_is_said():
    assert supernet_reasons({}) == ()


def test_a_supernet_says_what_it_learned_and_whether_it_collapsed():
    learned, collapse = supernet_reasons(ONE_SHOT)
    assert "After 4 epochs the supernet proposed 2 architectures." in learned
    assert "The entropy of its choices was 96% of the maximum" in learned
    assert "50% of the operations that it preferred have no parameters" in learned
    assert collapse == "Early stopping against collapse: no collapse was seen."


def test_a_collapse_is_told():
    _, collapse = supernet_reasons({**ONE_SHOT, "collapse": "alphas of epoch 2 were kept"})
    assert collapse == "Early stopping against collapse: alphas of epoch 2 were kept."


def test_a_failed_supernet_is_told():
    assert "failed (memory)" in supernet_reasons({"failed": "memory"})[0]


def test_notes_say_which_search_they_are_of_and_serious_ones_come_first():
    trials = SearchHistory((), (Note("It lost a trial."),))
    nas_trials = SearchHistory((), (Note("It was interrupted.", serious=True),))
    notes = notes_of(model_search=trials, architecture_search=nas_trials)
    assert [note.text for note in notes] == [
        "Architecture search: It was interrupted.",
        "Model search: It lost a trial.",
    ]


def test_candidates_have_their_share_of_the_model_their_trial_and_their_parameters():
    known = (Candidate(3, "knn", {"k": 5}, -0.8, ()), Candidate(1, "linear", {}, -0.7, ()))
    rows = list(candidate_rows(WeightedCandidates(known, (0.75, 0.25)), TaskSpec(problem="binary"), 0.4))
    assert [(row.name, row.trial, row.level, row.search_score) for row in rows] == [
        ("knn-3", 3, 2, 0.8),
        ("linear-1", 1, 2, 0.7),
    ]
    assert [row.weight for row in rows] == pytest.approx([0.3, 0.1])
    assert dict(rows[0].params) == {"k": 5}


@pytest.mark.parametrize("metric", ["roc_auc", "log_loss"])
def test_scores_of_both_searches_are_by_the_metric(metric):
    task = TaskSpec(problem="binary", metric=metric)
    loss = -0.8 if metric == "roc_auc" else 0.8
    of_models = SearchHistory((TrialRecord(0, {"knn.k": 1}, (loss,), "complete", attrs={"family": "knn"}),))
    of_networks = SearchHistory((TrialRecord(0, {}, (loss,), "complete", attrs={"epochs": 2}),))
    assert path_of("model search", of_models, task).points[0].score == 0.8
    assert path_of(ARCHITECTURE_SEARCH, of_networks, task).points[0].score == 0.8


@pytest.mark.parametrize(("params", "label"), [({"knn.k": 1}, "knn"), ({}, "unknown family")])
def test_a_failed_trial_is_of_the_family_whose_parameters_it_has(params, label):
    trials = SearchHistory((TrialRecord(0, params, None, "failed", "data", "no rows"),))
    assert path_of("model search", trials, TaskSpec(problem="binary")).points[0].label == label


def test_trials_that_chose_are_those_with_a_score_of_their_own():
    records = (
        TrialRecord(0, {}, (1.0,), "complete"),
        TrialRecord(1, {}, (1.0,), "complete", attrs={"duplicate_of": 0}),
        TrialRecord(2, {}, None, "failed", "data"),
        TrialRecord(3, {}, (1.0,), "pruned"),
    )
    assert SearchHistory(records).finished == 1


@pytest.mark.parametrize(("rows", "out_of_fold"), [([1, 3], False), ([3, 2, 0, 1], True)])
def test_samples_know_whether_a_part_or_all_of_them_judged(rows, out_of_fold):
    y = np.array(["a", "b", "a", "b", "a", "b"])
    data = ArrayData(np.zeros((6, 2, 3), dtype=np.float32), y, None)
    split = Split(np.arange(4), np.arange(4, 6), ())
    predictions = np.tile([[0.9, 0.1]], (len(rows), 1))
    task = TaskSpec(problem="binary", modality="sequence")
    model: Any = object()
    trials = SearchHistory((TrialRecord(0, {}, (0.5,), "complete"),))
    oof = {"rows": np.array(rows), "predictions": predictions}
    found = enter(data, split, model, trials, oof, task=task)
    assert found.searched is not None
    assert found.searched.out_of_fold is out_of_fold
    assert found.searched.y.tolist() == [["a", "b", "a", "b"][row] == "b" for row in rows]
    assert "no repeated cross-validation" in found.refits.reason
