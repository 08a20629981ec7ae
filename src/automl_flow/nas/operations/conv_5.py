"""ReLU, convolution over 5 steps, batch norm."""

from automl_flow.nas.operations._layers import relu_conv_norm
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: relu_conv_norm(place, 5), kinds=("sequence",), about="convolution, 5 steps")
