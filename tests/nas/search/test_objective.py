"""The inside of a trial."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from automl_flow.execution.store import FolderStore
from automl_flow.nas.search.context import SearchContext, memory_errors
from automl_flow.nas.search.objective import Duplicate, NetworkFacts, Suggestion, evaluate, losses_of
from automl_flow.nas.search.setup import make_setup
from automl_flow.study.trial import TrialJob, TrialRecord
from tests.nas.problems import config, image_problem


@pytest.fixture
def context(tmp_path: Path) -> SearchContext:
    return make_setup(image_problem(), config(), FolderStore(tmp_path)).context


def job(context: SearchContext, epochs: int, **changes: Any) -> TrialJob[Suggestion]:
    architecture = context.make_space().reference(context.shape)
    return TrialJob(0, Suggestion(architecture, 0, epochs, **changes))


def test_an_earlier_stop_is_not_answered_with_a_later_network(context: SearchContext) -> None:
    early = evaluate(context, job(context, 1))
    evaluate(context, job(context, 3))
    again = evaluate(context, job(context, 1))
    assert (again.values, again.attrs["history"]) == (early.values, early.attrs["history"])


def test_a_known_architecture_is_not_trained(context: SearchContext) -> None:
    assert evaluate(context, job(context, 1, duplicate=Duplicate("k", 3, (0.5,)))).values == (0.5,)


def test_an_architecture_that_is_being_trained_is_given_up(context: SearchContext) -> None:
    assert evaluate(context, job(context, 1, duplicate=Duplicate("k", 3))).pruned


def test_torch_running_out_of_memory_is_a_memory_error() -> None:
    with pytest.raises(MemoryError, match="allocate memory"), memory_errors():
        torch.empty(1 << 50)


def test_other_errors_stay_what_they_are() -> None:
    with pytest.raises(RuntimeError, match="shapes"), memory_errors():
        raise RuntimeError("shapes do not fit")


def test_the_losses_of_predictions_are_the_metrics_and_a_finer_one(context: SearchContext) -> None:
    truth = np.eye(3)[context.folds[0].valid.y]
    loss, finer = losses_of(context, 0.7 * truth + 0.1)
    assert loss == -1.0
    assert finer == pytest.approx(-np.log(0.8))


def test_a_repeat_starts_from_another_seed_and_keeps_the_files_of_the_first_training(context: SearchContext) -> None:
    first = evaluate(context, job(context, 1))
    kept = context.predictions(0).read()
    again = evaluate(context, job(context, 1, repeat=1))
    assert again.attrs["history"] != first.attrs["history"]
    assert context.predictions(0).read() == kept


def test_facts_survive_their_way_through_json(context: SearchContext) -> None:
    evaluation = evaluate(context, job(context, 1))
    record = TrialRecord(0, {}, evaluation.values, "complete", attrs=json.loads(json.dumps(evaluation.attrs)))
    found = NetworkFacts.of(record)
    assert found is not None
    assert found.to_document() == evaluation.attrs
    assert found.epochs == 1


@pytest.mark.parametrize("attrs", [{}, {"key": "k", "duplicate_of": 3}])
def test_failed_trials_and_duplicates_have_no_facts(attrs: dict[str, Any]) -> None:
    assert NetworkFacts.of(TrialRecord(0, {}, (0.5,) if attrs else None, "complete", attrs=attrs)) is None
