"""Long short-term memory, both directions."""

from torch import nn

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import Recurrent

ENTRY = Operation(
    lambda place: Recurrent(place, nn.LSTM, directions=2), kinds=("sequence",), about="LSTM, both directions"
)
