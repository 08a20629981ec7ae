"""Recurrent layers, one-directional and bidirectional: Elman 1990, LSTM (Hochreiter 1997), GRU (Cho et al. 2014)."""

from __future__ import annotations

from torch import Tensor, nn

from automl_flow.nas.operations.base import Operation, OpSite
from automl_flow.nas.operations.layers import norm


class Recurrent(nn.Module):
    """A recurrent layer over the steps, then batch norm.

    Shape:
        - Input: (N, C_in, T)
        - Output: (N, C_out, T / stride)
    """

    def __init__(self, site: OpSite, cell: type[nn.RNN | nn.LSTM | nn.GRU], *, directions: int) -> None:
        super().__init__()
        if site.channels_out % directions:
            raise ValueError(f"`channels_out` must be even for two directions, got {site.channels_out}")
        self.stride = site.stride
        self.layer = cell(
            site.channels_in,
            site.channels_out // directions,
            batch_first=True,
            bidirectional=directions == 2,
        )
        self.norm = norm(site)

    def forward(self, x: Tensor) -> Tensor:
        """Run over the steps, from both sides if there are two directions."""
        y, _ = self.layer(x.transpose(1, 2))  # (N, C_in, T) -> (N, T, C_out)
        return self.norm(y.transpose(1, 2)[..., :: self.stride])  # type: ignore[no-any-return]


def _recurrent(cell: type[nn.RNN | nn.LSTM | nn.GRU], about: str, directions: int = 1) -> Operation:
    return Operation(lambda site: Recurrent(site, cell, directions=directions), kinds=("sequence",), about=about)


ENTRIES = {
    "rnn": _recurrent(nn.RNN, "RNN"),
    "lstm": _recurrent(nn.LSTM, "LSTM"),
    "gru": _recurrent(nn.GRU, "GRU"),
    "bi_rnn": _recurrent(nn.RNN, "RNN, both directions", directions=2),
    "bi_lstm": _recurrent(nn.LSTM, "LSTM, both directions", directions=2),
    "bi_gru": _recurrent(nn.GRU, "GRU, both directions", directions=2),
}
