"""Dilated separable convolution, 3 inputs over 5 steps."""

from automl_flow.nas.operations._layers import dilated
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: dilated(place, 3), kinds=("sequence",), about="dilated convolution, 3 of 5 steps")
