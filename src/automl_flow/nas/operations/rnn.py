"""Plain recurrent layer (Elman 1990)."""

from torch import nn

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import Recurrent

ENTRY = Operation(lambda place: Recurrent(place, nn.RNN, directions=1), kinds=("sequence",), about="RNN")
