"""ReLU, 1×1 convolution, batch norm (NAS-Bench-201)."""

from automl_flow.nas.operations._layers import relu_conv_norm
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: relu_conv_norm(place, 1), kinds=("image",), about="1×1 convolution")
