"""The end of a search: train the winner on all samples from several seeds; in a hurry, take what is there."""

from __future__ import annotations

import json
import math
from pathlib import Path

from automl_flow.core.errors import BudgetError
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search import final_objective
from automl_flow.nas.search.config import NasConfig
from automl_flow.nas.search.notes import WHOLE
from automl_flow.nas.search.setup import Setting
from automl_flow.nas.search.studies import Studies, enqueued_only
from automl_flow.nas.search.successive_halving import epochs_of
from automl_flow.nas.spaces.base import Architecture
from automl_flow.study.budget import Clock
from automl_flow.study.study import Search
from automl_flow.study.trial import TrialRecord

SOFT = 0.93  # of the seconds that are left: then no epoch is begun any more, so that the training ends by itself
CAUTION = 0.85  # of the seconds that are left are planned for
LONGER = 2  # times as many epochs may be trained in the end where seconds are given and some are left


def train_winner(
    studies: Studies, setting: Setting, problem: NasProblem, *, config: NasConfig, best: TrialRecord, clock: Clock
) -> NetworkModel:
    """Train the architecture of trial *best* on all samples.

    Raises:
        BudgetError: Neither the final training nor the trial left a network.
        KeyboardInterrupt: The same, because the user stopped it.
    """
    arena = setting.arena
    architecture = setting.space.architecture(best.params, arena.shape)
    epochs = 0 if studies.interrupted else final_epochs(setting, config, best, clock)
    files: list[Path] = []
    if epochs:
        files, epochs = _train(studies, setting, architecture, epochs, config=config, clock=clock)
    whole = bool(files)
    if not whole:
        stand_in = final_objective.own_member(arena, architecture, best.number)
        files = [] if stand_in is None else [stand_in]
    if not files and studies.interrupted:
        raise KeyboardInterrupt
    if not files:
        raise BudgetError("the budget ended before the winning network could be kept; allow more seconds or trials")
    return NetworkModel(
        architecture=architecture,
        options=json.loads(setting.space.options.model_dump_json()),
        shape=arena.shape,
        classes=problem.target.classes,
        module=final_objective.load_members(arena, setting.space, architecture, files),
        preprocessor=setting.preprocessor(problem, whole=whole),
        facts={
            "metric": arena.metric,
            "score": arena.scorer.from_loss(best.values[0]) if best.values else math.nan,
            "trained_on": WHOLE if whole else "the trial's training samples",
            "epochs": epochs if whole else best.attrs["epochs"],
            "networks": len(files),
        },
    )


def final_epochs(setting: Setting, config: NasConfig, best: TrialRecord, clock: Clock) -> int:
    """Planned epochs of the final training, or as many as the seconds that are left allow; 0 for none.

    Seconds that are given are there to be used: up to ``LONGER`` times the usual epochs, unless the user said how many,
    or training stops early by itself.
    """
    planned = config.final_epochs or setting.final_epochs
    if not math.isfinite(clock.left):
        return planned
    if config.final_epochs is None and setting.rungs:
        planned *= LONGER
    rounds = setting.arena.rounds
    grown = len(setting.arena.whole.x) / sum(len(round_.fit.x) for round_ in rounds)
    waves = math.ceil(config.final_seeds / config.n_jobs)
    per_epoch = max(1e-6, best.seconds / max(1, best.attrs["epochs"]) * grown * waves)
    return min(planned, int(CAUTION * clock.left / per_epoch))


def _train(
    studies: Studies, setting: Setting, architecture: Architecture, epochs: int, *, config: NasConfig, clock: Clock
) -> tuple[list[Path], int]:
    """Train from every seed; return the files of the finished networks, and the epochs that the clock has left them."""
    seeds = config.final_seeds
    seconds = SOFT * clock.left / math.ceil(seeds / config.n_jobs)
    payload = {"params": dict(architecture.params), "epochs": epochs, "seconds": seconds}
    search = Search(
        sampler=enqueued_only,
        suggest=lambda asked: payload | {"seed": asked.suggest_int("seed", 0, seeds)},
        evaluate=final_objective.evaluate,
        enqueue=[{"seed": number} for number in range(seeds)],
        window=seeds,
        describe=_describe,
    )
    limits = {"max_trials": seeds, "skip_trials": (), "per_run_time_limit": None}
    name = f"final-{final_objective.digest(architecture)}-{epochs}" + ("" if math.isinf(seconds) else "-timed")
    result = studies.run(search, config.model_copy(update=limits), clock, name, f"final training, {epochs_of(epochs)}")
    complete = [record for record in result.records if record.state == "complete"]
    files = [final_objective.member_file(setting.arena, architecture, epochs, record.number) for record in complete]
    done = min((int(record.attrs["epochs"]) for record in complete), default=0)
    if done < epochs and setting.rungs:  # else training stops early by itself, not for the clock
        studies.cut.add(name)
        return files, done
    return files, epochs


def _describe(record: TrialRecord) -> str:
    """What progress says of a final training: its values are no scores, and its seeds are no trials of the search."""
    if record.values is None:
        return f"seed {record.number + 1} {record.state}: {record.cause or ''}"
    return f"seed {record.number + 1}: training loss {record.values[0]:.3g}"
