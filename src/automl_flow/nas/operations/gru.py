"""Gated recurrent units (Cho et al. 2014)."""

from torch import nn

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import Recurrent

ENTRY = Operation(lambda place: Recurrent(place, nn.GRU, directions=1), kinds=("sequence",), about="GRU")
