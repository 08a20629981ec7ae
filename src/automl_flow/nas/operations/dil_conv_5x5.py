"""Dilated separable 5×5 convolution (DARTS)."""

from automl_flow.nas.operations._layers import dilated
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: dilated(place, 5), kinds=("image",), about="5×5 dilated convolution")
