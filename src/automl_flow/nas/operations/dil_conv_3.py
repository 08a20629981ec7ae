"""Dilated separable convolution, 3 inputs over 5 steps."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import dilated

ENTRY = Operation(lambda place: dilated(place, 3), kinds=("sequence",), about="dilated convolution, 3 of 5 steps")
