"""Gated step from a state to the next with ReLU, a node of the recurrent cells of ENAS (Pham et al. 2018)."""

import torch

from automl_flow.nas.operations.base import Operation
from automl_flow.nas.operations.layers import Highway

ENTRY = Operation(lambda place: Highway(place, torch.relu), kinds=("sequence", "table"), about="highway step, ReLU")
