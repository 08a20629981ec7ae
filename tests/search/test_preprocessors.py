from __future__ import annotations

import numpy as np
import pytest

from automl_flow.search.objective import TrialContext, encoded_fold
from automl_flow.search.preprocessors import Preprocessors, Rows, preprocessor_key
from tests.models.problems import make_problem


@pytest.fixture
def preprocessors(tmp_path):
    problem, read = make_problem("binary"), Preprocessors()
    for encoding in ("scaled", "ordinal"):
        encoded_fold(TrialContext(problem, {}, tmp_path, 0), encoding, 0)
        read.read(tmp_path, preprocessor_key(encoding, 0))
    return problem, list(read.by_key.values())


def test_encodings_of_the_same_rows_share_the_step_that_reads_the_columns(preprocessors):
    _, (scaled, ordinal) = preprocessors
    assert scaled.steps[0][1] is ordinal.steps[0][1]
    assert scaled.steps[1][1] is not ordinal.steps[1][1]


def test_sharing_changes_no_value(preprocessors):
    problem, both = preprocessors
    rows = Rows(problem.X)
    for preprocessor in both:
        np.testing.assert_array_equal(rows.encoded(preprocessor), preprocessor.transform(problem.X))
