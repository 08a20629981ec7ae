"""Nothing: zeros, so that no information flows."""

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import Zero

ENTRY = Operation(
    Zero,
    kinds=(
        "image",
        "sequence",
        "table",
    ),
    about="nothing",
    free=True,
)
