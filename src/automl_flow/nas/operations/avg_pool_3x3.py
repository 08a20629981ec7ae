"""Average over 3×3 windows (NAS-Bench-201)."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import pool

ENTRY = Operation(lambda place: pool(place, "avg"), kinds=("image",), about="3×3 average", free=True)
