"""Long short-term memory (Hochreiter and Schmidhuber 1997)."""

from torch import nn

from automl_flow.nas.operations._layers import Recurrent
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: Recurrent(place, nn.LSTM, directions=1), kinds=("sequence",), about="LSTM")
