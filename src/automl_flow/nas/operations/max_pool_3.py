"""Maximum over 3 steps."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import pool

ENTRY = Operation(lambda place: pool(place, "max"), kinds=("sequence",), about="maximum, 3 steps", free=True)
