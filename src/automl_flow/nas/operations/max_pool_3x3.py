"""Maximum over 3×3 windows (DARTS)."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import pool

ENTRY = Operation(lambda place: pool(place, "max"), kinds=("image",), about="3×3 maximum", free=True)
