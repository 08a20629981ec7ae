"""Gated dense layer: one half of a linear map opens and closes the other (Dauphin et al. 2017)."""

from torch import nn

from automl_flow.nas.operations.base import Operation, Place
from automl_flow.nas.operations.layers import norm


def _gated(place: Place) -> nn.Module:
    linear = nn.Linear(place.channels_in, 2 * place.channels_out)
    return nn.Sequential(linear, nn.GLU(dim=1), norm(place), nn.Dropout(place.dropout))


ENTRY = Operation(_gated, kinds=("table",), about="gated dense")
