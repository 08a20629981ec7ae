"""Two separable 3×3 convolutions (DARTS)."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import separable

ENTRY = Operation(lambda place: separable(place, 3), kinds=("image",), about="3×3 separable convolution")
