"""Two separable convolutions over 5 steps."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import separable

ENTRY = Operation(lambda place: separable(place, 5), kinds=("sequence",), about="separable convolution, 5 steps")
