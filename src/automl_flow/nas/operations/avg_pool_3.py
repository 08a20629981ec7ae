"""Average over 3 steps."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import pool

ENTRY = Operation(lambda place: pool(place, "avg"), kinds=("sequence",), about="average, 3 steps", free=True)
