"""Dense layers for tables: plain, and gated by half of their own output (Dauphin et al. 2017)."""

from __future__ import annotations

from torch import nn

from automl_flow.nas.operations.base import Operation, OpSite
from automl_flow.nas.operations.layers import norm


def _dense(site: OpSite) -> nn.Module:
    """Linear, batch norm, ReLU, dropout: the layer of a plain multilayer perceptron."""
    linear = nn.Linear(site.channels_in, site.channels_out)
    return nn.Sequential(linear, norm(site), nn.ReLU(), nn.Dropout(site.dropout))


def _gated(site: OpSite) -> nn.Module:
    """Linear to twice the units, gated linear unit, batch norm, dropout."""
    linear = nn.Linear(site.channels_in, 2 * site.channels_out)
    return nn.Sequential(linear, nn.GLU(dim=1), norm(site), nn.Dropout(site.dropout))


ENTRIES = {
    "dense": Operation(_dense, kinds=("table",), about="dense"),
    "dense_gated": Operation(_gated, kinds=("table",), about="gated dense"),
}
