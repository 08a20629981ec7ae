from functools import partial

from automl_flow_extensions.used import used
from torch import nn

from automl_flow.nas.operations.base import Operation


def _table(place):
    used("operation")
    return nn.Sequential(nn.Linear(place.channels_in, place.channels_out), nn.Tanh())


def _sequence(place, activation):
    used("operation")
    return nn.Sequential(nn.Conv1d(place.channels_in, place.channels_out, 1, stride=place.stride), activation())


ENTRIES = {
    "dense_tanh": Operation(_table, kinds=("table",), about="dense, tanh"),
    "conv_tanh": Operation(partial(_sequence, activation=nn.Tanh), kinds=("sequence",), about="convolution, tanh"),
    "conv_sigmoid": Operation(partial(_sequence, activation=nn.Sigmoid), kinds=("sequence",), about="sigmoid"),
}
