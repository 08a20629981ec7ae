"""The input itself; where the shape changes, the cheapest projection to it."""

from automl_flow.nas.operations._layers import identity
from automl_flow.nas.place import Operation

ENTRY = Operation(
    identity,
    kinds=(
        "image",
        "sequence",
        "table",
    ),
    about="identity",
    free=True,
)
