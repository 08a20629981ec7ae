"""Two separable 5×5 convolutions (DARTS)."""

from automl_flow.nas.operations._layers import separable
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: separable(place, 5), kinds=("image",), about="5×5 separable convolution")
