"""Linear, batch norm, ReLU, dropout: the layer of a plain multilayer perceptron."""

from torch import nn

from automl_flow.nas.operations._layers import norm
from automl_flow.nas.place import Operation, Place


def _dense(place: Place) -> nn.Module:
    linear = nn.Linear(place.channels_in, place.channels_out)
    return nn.Sequential(linear, norm(place), nn.ReLU(), nn.Dropout(place.dropout))


ENTRY = Operation(_dense, kinds=("table",), about="dense")
