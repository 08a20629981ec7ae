from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from sklearn.pipeline import Pipeline

from automl_flow.execution.store import FolderStore
from automl_flow.models import FAMILIES
from automl_flow.serialization.manifest import Files
from automl_flow.study.trial import TrialJob
from automl_flow.tabular.candidate import Suggestion
from automl_flow.tabular.fitting.fold_models import STAND_IN
from automl_flow.tabular.fitting.objective import TrialContext, encoded_fold, evaluate
from automl_flow.tabular.fitting.preprocessors import (
    Preprocessors,
    preprocessor_file,
    preprocessor_key,
    write_preprocessor,
)
from automl_flow.tabular.predictor import EncodedRowCache
from tests.models.problems import make_problem


@pytest.fixture
def preprocessors(tmp_path):
    problem, read, store = make_problem("binary"), Preprocessors(), FolderStore(tmp_path)
    for encoding in ("scaled", "ordinal"):
        key = preprocessor_key(encoding, 0)
        write_preprocessor(store, key, encoded_fold(TrialContext(problem, {}, store, 0), encoding, 0).preprocessor)
        read.read(Files.of_store(store), key)
    return problem, list(read.by_key.values())


def test_encodings_of_the_same_rows_share_the_step_that_reads_the_columns(preprocessors):
    _, (scaled, ordinal) = preprocessors
    assert scaled.steps[0][1] is ordinal.steps[0][1]
    assert scaled.steps[1][1] is not ordinal.steps[1][1]


def test_sharing_changes_no_value(preprocessors):
    problem, both = preprocessors
    rows = EncodedRowCache(problem.X)
    for preprocessor in both:
        np.testing.assert_array_equal(rows.encoded(preprocessor), preprocessor.transform(problem.X))


class Slow:
    """A step that counts how often it is taken."""

    calls = 0

    def transform(self, X):
        self.calls += 1
        time.sleep(0.05)
        return X


def test_threads_that_ask_at_the_same_time_share_one_encoding():
    step = Slow()
    rows = EncodedRowCache(make_problem("binary").X)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(rows.encoded, [Pipeline([("slow", step)])] * 4))
    assert step.calls == 1


def test_only_folds_whose_model_is_kept_leave_their_preprocessor(tmp_path):
    problem, families = make_problem("binary"), {"knn": FAMILIES.get("knn")}
    params = dict(families["knn"].portfolio(problem.context(0))[0])
    store = FolderStore(tmp_path)
    evaluate(TrialContext(problem, families, store, 0), TrialJob(0, Suggestion("knn", params)))
    folds = range(len(problem.folds))
    stored = [fold for fold in folds if store.exists(preprocessor_file(preprocessor_key("scaled", fold)))]
    assert stored == [STAND_IN]
