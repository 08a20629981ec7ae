"""Plain recurrent layer, both directions."""

from torch import nn

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import Recurrent

ENTRY = Operation(
    lambda place: Recurrent(place, nn.RNN, directions=2), kinds=("sequence",), about="RNN, both directions"
)
