"""The input itself; where the shape changes, the cheapest projection to it."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import identity

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
