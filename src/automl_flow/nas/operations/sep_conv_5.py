"""Two separable convolutions over 5 steps."""

from automl_flow.nas.operations._layers import separable
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: separable(place, 5), kinds=("sequence",), about="separable convolution, 5 steps")
