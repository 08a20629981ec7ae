"""Nothing: zeros, so that no information flows."""

from automl_flow.nas.operations._layers import Zero
from automl_flow.nas.place import Operation

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
