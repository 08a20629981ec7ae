"""Two separable 5×5 convolutions (DARTS)."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import separable

ENTRY = Operation(lambda place: separable(place, 5), kinds=("image",), about="5×5 separable convolution")
