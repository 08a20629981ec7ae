"""Problem types: one object per kind of target."""

from __future__ import annotations

from collections.abc import Mapping

from automl_flow.tasks.problem_types.base import Array, EncodedTarget, ProblemType, Subproblem
from automl_flow.tasks.problem_types.classification import Binary, Multiclass
from automl_flow.tasks.problem_types.multilabel import MultiLabel
from automl_flow.tasks.problem_types.multioutput import MultiOutput
from automl_flow.tasks.problem_types.regression import Regression
from automl_flow.tasks.types import Problem

__all__ = ["PROBLEM_TYPES", "Array", "EncodedTarget", "ProblemType", "Subproblem", "problem_type"]

PROBLEM_TYPES: Mapping[Problem, ProblemType] = {
    kind.name: kind for kind in (Binary(), Multiclass(), Regression(), MultiLabel(), MultiOutput())
}


def problem_type(name: Problem) -> ProblemType:
    """The problem type called *name*."""
    return PROBLEM_TYPES[name]
