"""ReLU, 1×1 convolution, batch norm (NAS-Bench-201)."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import relu_conv_norm

ENTRY = Operation(lambda place: relu_conv_norm(place, 1), kinds=("image",), about="1×1 convolution")
