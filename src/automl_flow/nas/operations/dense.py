"""Linear, batch norm, ReLU, dropout: the layer of a plain multilayer perceptron."""

from torch import nn

from automl_flow.nas.operations.base import Operation, Place
from automl_flow.nas.operations.layers import norm


def _dense(place: Place) -> nn.Module:
    linear = nn.Linear(place.channels_in, place.channels_out)
    return nn.Sequential(linear, norm(place), nn.ReLU(), nn.Dropout(place.dropout))


ENTRY = Operation(_dense, kinds=("table",), about="dense")
