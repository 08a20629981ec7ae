"""Long short-term memory, both directions."""

from torch import nn

from automl_flow.nas.operations._layers import Recurrent
from automl_flow.nas.place import Operation

ENTRY = Operation(
    lambda place: Recurrent(place, nn.LSTM, directions=2), kinds=("sequence",), about="LSTM, both directions"
)
