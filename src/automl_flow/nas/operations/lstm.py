"""Long short-term memory (Hochreiter and Schmidhuber 1997)."""

from torch import nn

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import Recurrent

ENTRY = Operation(lambda place: Recurrent(place, nn.LSTM, directions=1), kinds=("sequence",), about="LSTM")
