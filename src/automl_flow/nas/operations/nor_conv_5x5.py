"""ReLU, 5×5 convolution, batch norm."""

from automl_flow.nas.operations._layers import relu_conv_norm
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: relu_conv_norm(place, 5), kinds=("image",), about="5×5 convolution")
