"""ReLU, convolution over 3 steps, batch norm."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import relu_conv_norm

ENTRY = Operation(lambda place: relu_conv_norm(place, 3), kinds=("sequence",), about="convolution, 3 steps")
