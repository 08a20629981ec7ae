"""Gated recurrent units, both directions."""

from torch import nn

from automl_flow.nas.operations._layers import Recurrent
from automl_flow.nas.place import Operation

ENTRY = Operation(
    lambda place: Recurrent(place, nn.GRU, directions=2), kinds=("sequence",), about="GRU, both directions"
)
