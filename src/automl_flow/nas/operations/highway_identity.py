"""Gated step from a state to the next with linear, a node of the recurrent cells of ENAS (Pham et al. 2018)."""

import torch

from automl_flow.nas.operations._layers import Highway
from automl_flow.nas.place import Operation

ENTRY = Operation(
    lambda place: Highway(place, torch.nn.Identity()), kinds=("sequence", "table"), about="highway step, linear"
)
