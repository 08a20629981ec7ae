"""Maximum over 3 steps."""

from automl_flow.nas.operations._layers import pool
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: pool(place, "max"), kinds=("sequence",), about="maximum, 3 steps", free=True)
