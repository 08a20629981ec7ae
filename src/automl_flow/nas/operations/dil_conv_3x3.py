"""Dilated separable 3×3 convolution (DARTS)."""

from automl_flow.nas.operations._layers import dilated
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: dilated(place, 3), kinds=("image",), about="3×3 dilated convolution")
