"""Gated recurrent units (Cho et al. 2014)."""

from torch import nn

from automl_flow.nas.operations._layers import Recurrent
from automl_flow.nas.place import Operation

ENTRY = Operation(lambda place: Recurrent(place, nn.GRU, directions=1), kinds=("sequence",), about="GRU")
