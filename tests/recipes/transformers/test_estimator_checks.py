"""Transformers of numbers keep scikit-learn's rules; those of labels, dates and text cannot take its arrays."""

from __future__ import annotations

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from automl_flow.recipes.transformers.as_floats import AsFloats
from automl_flow.recipes.transformers.normal_quantiles import NormalQuantiles
from automl_flow.recipes.transformers.robust_clip import RobustClip
from automl_flow.recipes.transformers.typed_columns import TypedColumns


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks([TypedColumns(), RobustClip(), AsFloats(), NormalQuantiles()])
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)
