"""Average over 3×3 windows (NAS-Bench-201)."""

from automl_flow.nas.operations._layers import pool
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: pool(place, "avg"), kinds=("image",), about="3×3 average", free=True)
