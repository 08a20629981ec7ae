"""The network that an architecture search selected, and those that it was chosen from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from automl_flow.study.history import SearchHistory
from automl_flow.tasks.spec import TaskSpec

if TYPE_CHECKING:
    from automl_flow.nas.network.model import NetworkModel
    from automl_flow.nas.search.result import SelectedArchitecture

_DIGITS = 10  # of a stored score
REFERENCE = 0  # trial of the plain reference network


@dataclass(frozen=True)
class NetworkDrawing:
    """A picture of a network or of the inside of a block.

    Attributes:
        svg: An SVG document.
        title: What it shows.
        width: Its natural width in pixels.
    """

    svg: str
    title: str
    width: int


@dataclass(frozen=True)
class NetworkPoint:
    """A network that an architecture search has tried.

    Attributes:
        trial: Number of its trial.
        parameters: Trainable parameters of one such network.
        score: Score in the search.
        epochs: Epochs after which it was measured.
        on_front: No smaller network that was trained as long is as good.
    """

    trial: int
    parameters: int
    score: float
    epochs: int
    on_front: bool


@dataclass(frozen=True)
class NetworkSection:
    """The network that a neural architecture search found.

    Attributes:
        drawings: The whole network, and the insides of its blocks.
        layers: Lines of a table of its layers in the order in which they run: number, what it is, module, numbers of
            the layers that it reads, output shape, parameters.
        parameters: Trainable parameters of one network.
        networks: Networks of this architecture, trained from different seeds, that the model averages.
        reasons: Sentences on why it won.
        tried: All networks of the search that have a score.
        trial: Number of the trial that won.
        reference: Number of the trial of the space's plain reference network.
    """

    drawings: tuple[NetworkDrawing, ...]
    layers: tuple[tuple[str, ...], ...] = ()
    parameters: int | None = None
    networks: int = 1
    reasons: tuple[str, ...] = ()
    tried: tuple[NetworkPoint, ...] = ()
    trial: int = 0
    reference: int = 0


def network_section(
    network: NetworkModel, architecture: SelectedArchitecture, history: SearchHistory, task: TaskSpec
) -> NetworkSection:
    """Drawing, layers and size of a network, why it won, and against which others."""
    number = architecture.trial
    plain = " (the space's plain reference network, designed by hand)" if number == REFERENCE else ""
    reasons = (
        f"Trial {number}{plain} won: {architecture.choice}.",
        f"Search strategy: {architecture.strategy} ({_strategy_origin(architecture.why)}).",
        *supernet_reasons(architecture.one_shot),
    )
    drawings = tuple(NetworkDrawing(part.svg, part.title, part.width) for part in network.drawings())
    rows = tuple(layer.cells() for layer in network.layers())
    tried = tried_networks(history, task)
    return NetworkSection(drawings, rows, network.network_params, network.n_networks, reasons, tried, number, REFERENCE)


def _strategy_origin(why: str) -> str:
    return "set in the configuration" if why == "asked for" else why


def supernet_reasons(one_shot: Mapping[str, Any]) -> tuple[str, ...]:
    """What the supernet of a one-shot strategy found; nothing where there was none."""
    if not one_shot:
        return ()
    if "failed" in one_shot:
        return (f"The supernet failed ({one_shot['failed']}); the search continued without it.",)
    last = one_shot["history"][-1]
    named, epochs = len(one_shot["candidates"]), one_shot["epochs"]
    learned = (
        f"After {epochs} epoch{'s' if epochs != 1 else ''} the supernet proposed {named} "
        f"architecture{'s' if named != 1 else ''}. The entropy of its choices was {last['entropy']:.0%} of the maximum "
        f"(100% is no preference at all); {last['parameter_free']:.0%} of the operations that it preferred have no "
        "parameters."
    )
    collapse = one_shot["collapse"] or "no collapse was seen"
    return (learned, f"Early stopping against collapse: {collapse}.")


def tried_networks(history: SearchHistory, task: TaskSpec) -> tuple[NetworkPoint, ...]:
    """Return the trials of an architecture search that ended well, by size.

    Scores after fewer epochs do not compare with those after more: a network is on the front when it was trained as
    long as any, and no smaller or equally small one that was so has a score that is as good or better.
    """
    metric = task.scorer()
    measured = [
        (record.number, int(record.attrs["parameters"]), float(record.values[0]), int(record.attrs["epochs"]))
        for record in history.records
        if record.state == "complete" and record.values and "parameters" in record.attrs
    ]
    longest = max((epochs for *_, epochs in measured), default=0)
    best = float("inf")
    points = []
    for number, parameters, loss, epochs in sorted(measured, key=lambda row: (row[1], row[2], row[0])):
        on_front = epochs == longest and loss < best
        score = float(np.round(metric.from_loss(loss), _DIGITS))
        points.append(NetworkPoint(number, parameters, score, epochs, on_front))
        best = min(best, loss) if epochs == longest else best
    return tuple(points)


def networks_table(points: Sequence[NetworkPoint]) -> pd.DataFrame:
    """Return networks as ``dvc plots`` draws them.

    Returns:
        Columns trial, parameters (of one network), score (by the task's metric), epochs, on_front (``yes`` or ``no``).
    """
    rows = [(p.trial, p.parameters, p.score, p.epochs, "yes" if p.on_front else "no") for p in points]
    return pd.DataFrame(rows, columns=["trial", "parameters", "score", "epochs", "on_front"])
