"""ReLU, 5×5 convolution, batch norm."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import relu_conv_norm

ENTRY = Operation(lambda place: relu_conv_norm(place, 5), kinds=("image",), about="5×5 convolution")
