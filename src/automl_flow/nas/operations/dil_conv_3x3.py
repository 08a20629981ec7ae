"""Dilated separable 3×3 convolution (DARTS)."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import dilated

ENTRY = Operation(lambda place: dilated(place, 3), kinds=("image",), about="3×3 dilated convolution")
