"""Two separable 3×3 convolutions (DARTS)."""

from automl_flow.nas.operations._layers import separable
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: separable(place, 3), kinds=("image",), about="3×3 separable convolution")
