"""Average over 3 steps."""

from automl_flow.nas.operations._layers import pool
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: pool(place, "avg"), kinds=("sequence",), about="average, 3 steps", free=True)
