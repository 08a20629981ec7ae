"""Dense layers for tables: plain, and gated by half of their own output (Dauphin et al. 2017)."""

from __future__ import annotations

from torch import nn

from automl_flow.nas.operations.base import Operation, Place
from automl_flow.nas.operations.layers import norm


def _dense(place: Place) -> nn.Module:
    """Linear, batch norm, ReLU, dropout: the layer of a plain multilayer perceptron."""
    linear = nn.Linear(place.channels_in, place.channels_out)
    return nn.Sequential(linear, norm(place), nn.ReLU(), nn.Dropout(place.dropout))


def _gated(place: Place) -> nn.Module:
    """Linear to twice the units, gated linear unit, batch norm, dropout."""
    linear = nn.Linear(place.channels_in, 2 * place.channels_out)
    return nn.Sequential(linear, nn.GLU(dim=1), norm(place), nn.Dropout(place.dropout))


ENTRIES = {
    "dense": Operation(_dense, kinds=("table",), about="dense"),
    "dense_gated": Operation(_gated, kinds=("table",), about="gated dense"),
}
