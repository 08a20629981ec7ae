"""Pieces of a report from the documents of earlier stages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.search.result import SelectedArchitecture
from automl_flow.pipelines.evaluation.pareto import tabulate_networks
from automl_flow.reports import (
    LeaderboardRow,
    NetworkDrawing,
    NetworkPoint,
    NetworkSection,
    Trajectory,
    trajectory,
)
from automl_flow.study.history import SearchHistory
from automl_flow.study.notes import Note
from automl_flow.study.trial import TrialRecord
from automl_flow.tabular.candidate import WeightedCandidates
from automl_flow.tasks.spec import TaskSpec

Document = Mapping[str, Any]
ARCHITECTURE_SEARCH = "architecture search"
NETWORK = "searched network"
REFERENCE = 0  # trial of the plain reference network

_LIBRARIES = (
    "automl_flow",
    "scikit-learn",
    "lightgbm",
    "xgboost-cpu",
    "catboost",
    "torch",
    "optuna",
    "pandas",
    "numpy",
)


def candidate_rows(candidates: WeightedCandidates, task: TaskSpec, share: float) -> Iterator[LeaderboardRow]:
    """A row for every candidate; its weight is that in the model."""
    metric = task.scorer()
    for candidate, weight in zip(candidates.candidates, candidates.weights, strict=True):
        yield LeaderboardRow(
            candidate.name,
            "candidate",
            metric.from_loss(candidate.loss),
            None,
            share * weight,
            level=2,
            trial=candidate.number,
            params=candidate.params,
        )


def network_row(
    architecture: SelectedArchitecture, *, search_score: float | None, holdout_score: float, share: float, level: int
) -> LeaderboardRow:
    """The row of the searched network; it is not of the model family that is called ``network``."""
    return LeaderboardRow(
        NETWORK,
        "network",
        search_score,
        holdout_score,
        share,
        level=level,
        trial=architecture.trial,
        params=architecture.params,
    )


def path_of(title: str, trials: SearchHistory, task: TaskSpec) -> Trajectory:
    """How a search went, trial by trial."""
    label = (lambda _: NETWORK) if title == ARCHITECTURE_SEARCH else _family
    return trajectory(title, trials.records, task.scorer(), label)


def _family(record: TrialRecord) -> str:
    """Family of a trial; of one that failed, the names of its parameters begin with it."""
    named = (name.partition(".")[0] for name in record.params)
    return str(record.attrs.get("family") or next(named, "unknown family"))


def notes_of(**searches: SearchHistory) -> tuple[Note, ...]:
    """What the reader should know of searches, given by name: serious notes first."""
    named = [(name.replace("_", " ").capitalize(), note) for name, trials in searches.items() for note in trials.notes]
    notes = (Note(f"{name}: {note}", note.serious) for name, note in named)
    return tuple(sorted(notes, key=lambda note: not note.serious))


def network_section(
    network: NetworkModel, architecture: SelectedArchitecture, trials: SearchHistory, task: TaskSpec
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
    table: list[dict[str, Any]] = tabulate_networks(trials, task).to_dict("records")  # type: ignore[assignment]
    tried = tuple(NetworkPoint(**{**row, "on_front": row["on_front"] == "yes"}) for row in table)
    return NetworkSection(drawings, rows, network.network_params, network.n_networks, reasons, tried, number, REFERENCE)


def _strategy_origin(why: str) -> str:
    return "set in the configuration" if why == "asked for" else why


def supernet_reasons(one_shot: Document) -> tuple[str, ...]:
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


def commands(task: TaskSpec) -> tuple[tuple[str, str], ...]:
    """Commands that make the result again."""
    return (
        (f"kedro run --pipelines={task.name}", "run this task from the raw file to this report"),
        (f"dvc repro {task.name}-evaluation", "the same, but only stages that are not up to date"),
        (f"dvc pull {task.name}-evaluation", "fetch the results from a DVC remote instead"),
    )


def versions() -> dict[str, str]:
    """Versions of the libraries that shape a result."""
    return {name: version(name) for name in _LIBRARIES}
