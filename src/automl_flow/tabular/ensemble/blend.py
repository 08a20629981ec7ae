"""Blending a searched network into an ensemble, with the weight that lowers the out-of-fold loss most."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.models.family import Array
from automl_flow.tabular.ensemble.greedy import greedy_selection
from automl_flow.tabular.ensemble.model import TabularModel

if TYPE_CHECKING:
    from automl_flow.nas.network.model import NetworkModel

_STEPS = 40  # of the selection: shares are multiples of a fortieth


@dataclass(frozen=True)
class NetworkMember:
    """A network that predicts raw rows of a table.

    Attributes:
        network: The network, with its preprocessor.
    """

    network: NetworkModel

    def predict(self, X: pd.DataFrame) -> Array:
        """Predict probabilities (n, k) or values (n, 1)."""
        return self.network.outputs(X)

    def write(self, folder: Path) -> None:
        """Write its files into an empty folder."""
        self.network.write(folder)


@dataclass(frozen=True)
class Blended:
    """An ensemble and a network put together.

    Attributes:
        model: The model; the ensemble as it was where the network does not help.
        shares: Share of the ensemble and share of the network; they add up to 1.
        oof: Out-of-fold predictions of the model, (rows, k).
    """

    model: TabularModel
    shares: tuple[float, float]
    oof: Array


def blend(
    model: TabularModel,
    network: NetworkModel,
    oof: Array,
    network_oof: Array,
    *,
    y: NDArray[np.generic],
    weight: Array | None = None,
) -> Blended:
    """Give a network the share that lowers the out-of-fold loss most; none where it does not lower it.

    Nor is there any for a network in a task with monotone constraints: it does not keep to them.

    Args:
        model: The ensemble of a model search.
        network: A network for the same task.
        oof: Out-of-fold predictions of the ensemble, (rows, k).
        network_oof: OOF predictions of the network, for the same rows.
        y: Class codes or values of these rows.
        weight: Weights of these rows.
    """
    metric = model.task.scorer(model.classes)
    stacked = np.stack([oof, network_oof]).astype(np.float64)
    if model.task.monotone:
        return Blended(model, (1.0, 0.0), stacked[0])
    ensemble_share, share = (float(w) for w in greedy_selection(stacked, y, metric, _STEPS, weight=weight).weights)
    mixed = ensemble_share * stacked[0] + share * stacked[1]
    if share == 0:
        return Blended(model, (1.0, 0.0), mixed)
    kept = model.members if ensemble_share else ()
    weights = (*(ensemble_share * weight_of for weight_of in model.weights[: len(kept)]), share)
    blended = replace(model, members=(*kept, NetworkMember(network)), weights=weights)
    return Blended(blended, (ensemble_share, share), mixed)


def align(rows: NDArray[np.int64], predictions: Array, wanted: NDArray[np.int64]) -> Array:
    """Return predictions in the order of other rows; those of a row that repeated folds predicted twice are averaged.

    Args:
        rows: Row of each prediction.
        predictions: Shape (len(rows), k).
        wanted: Rows of the result; each must occur in *rows*.
    """
    position = np.searchsorted(wanted, rows)
    total = np.zeros((len(wanted), predictions.shape[1]))
    np.add.at(total, position, predictions)
    return total / np.bincount(position, minlength=len(wanted))[:, None]
