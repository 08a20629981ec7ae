"""Maximum over 3×3 windows (DARTS)."""

from automl_flow.nas.operations._layers import pool
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: pool(place, "max"), kinds=("image",), about="3×3 maximum", free=True)
