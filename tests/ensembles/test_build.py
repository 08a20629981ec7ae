from __future__ import annotations

import numpy as np

from automl_flow.ensembles.build import thin
from automl_flow.search.candidate import Candidate


def candidate(work: float, parts: int) -> Candidate:
    return Candidate(0, "lightgbm", {}, 0.0, (), work=work, parts=parts)


def test_all_models_stay_when_they_fit():
    assert thin([candidate(40, 5), candidate(50, 5)], [5, 5], np.array([0.5, 0.5]), 100) == (5, 5)


def test_what_costs_most_for_its_weight_is_given_up_first():
    assert thin([candidate(100, 5), candidate(50, 5)], [5, 5], np.array([0.2, 0.8]), 90) == (2, 5)


def test_every_member_keeps_one_model():
    assert thin([candidate(500, 5), candidate(10, 1)], [6, 1], np.array([0.5, 0.5]), 1) == (1, 1)
