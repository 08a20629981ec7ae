"""Plain recurrent layer (Elman 1990)."""

from torch import nn

from automl_flow.nas.operations._layers import Recurrent
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: Recurrent(place, nn.RNN, directions=1), kinds=("sequence",), about="RNN")
