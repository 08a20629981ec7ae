"""Dilated separable 5×5 convolution (DARTS)."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import dilated

ENTRY = Operation(lambda place: dilated(place, 5), kinds=("image",), about="5×5 dilated convolution")
