"""The final training: the winner on all samples from several seeds, or what there is when the time is over."""

from __future__ import annotations

import hashlib
import json
import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from automl_flow.core.errors import BudgetError
from automl_flow.core.seeds import derive_seed
from automl_flow.execution.store import StoredFile
from automl_flow.nas.network.model import NetworkModel
from automl_flow.nas.search.context import SearchContext, memory_errors, training_spec, use_one_thread
from automl_flow.nas.search.objective import NetworkFacts
from automl_flow.nas.search.schedule import FINAL_STOP_FRACTION, MAX_FINAL_EPOCHS_FACTOR
from automl_flow.nas.search.setup import SearchSetup
from automl_flow.nas.search.studies import Studies, enqueued_only
from automl_flow.nas.search.successive_halving import epochs_of
from automl_flow.nas.spaces.base import Architecture, Space
from automl_flow.study.budget import Clock
from automl_flow.study.study import Search
from automl_flow.study.trial import TrialJob, TrialRecord, TrialResult

if TYPE_CHECKING:
    from automl_flow.nas.network.module import InferenceModule
    from automl_flow.nas.training.fit import FittedNetwork

WHOLE = "all samples"
PART = "the trial's training samples"


@dataclass(frozen=True)
class FinalTraining:
    """A training on all samples, on its way to a worker.

    Attributes:
        architecture: What is trained.
        epochs: Epochs to train for.
        seconds: No epoch begins after these, so that there is a network when the time is over; infinite for no limit.
    """

    architecture: Architecture
    epochs: int
    seconds: float

    @property
    def digest(self) -> str:
        """A short name of the architecture."""
        return hashlib.sha256(self.architecture.key.encode()).hexdigest()[:12]

    def file(self, context: SearchContext, number: int) -> StoredFile:
        """The network of the *number*-th seed."""
        return StoredFile(context.store, f"final-{self.digest}-{self.epochs}/{number}.safetensors")


@dataclass(frozen=True)
class FinalFacts:
    """Facts of a final training.

    Attributes:
        epochs: Epochs that it was trained for.
    """

    epochs: int

    def to_document(self) -> dict[str, Any]:
        """The facts as JSON-able values."""
        return asdict(self)


def train_winner(setup: SearchSetup, studies: Studies, best: TrialRecord, clock: Clock) -> NetworkModel:
    """Train the architecture of trial *best* on all samples.

    Args:
        setup: What is searched.
        studies: Where the training runs; once interrupted, the trial's own network is taken.
        best: The winner.
        clock: Time that is left.

    Raises:
        BudgetError: Neither the final training nor the trial left a network.
        KeyboardInterrupt: The same, because the user stopped it.
    """
    context, facts = setup.context, NetworkFacts.of(best)
    architecture = setup.space.architecture(best.params, context.shape)
    epochs = 0 if studies.interrupted else final_epochs(setup, best, clock)
    files: list[StoredFile] = []
    if epochs:
        files, epochs = _train(setup, studies, architecture, epochs, clock)
    whole = bool(files)
    if not whole:
        stand_in = own_member(context, architecture, best.number)
        files = [] if stand_in is None else [stand_in]
    if not files and studies.interrupted:
        raise KeyboardInterrupt
    if not files:
        raise BudgetError("the budget ended before the winning network could be kept; allow more seconds or trials")
    return NetworkModel(
        architecture=architecture,
        options=json.loads(setup.space.options.model_dump_json()),
        shape=context.shape,
        classes=setup.problem.target.classes,
        problem=setup.problem.task.problem,
        module=load_members(context, setup.space, architecture, files),
        preprocessor=setup.preprocessor(whole=whole),
        facts={
            "metric": context.metric,
            "score": context.scorer.from_loss(best.values[0]) if best.values else math.nan,
            "trained_on": WHOLE if whole else PART,
            "epochs": epochs if whole or facts is None else facts.epochs,
            "networks": len(files),
        },
    )


def final_epochs(setup: SearchSetup, best: TrialRecord, clock: Clock) -> int:
    """Epochs of the final training: as planned, or as many as the seconds that are left allow; 0 for none.

    Seconds that are given are there to be used: up to ``MAX_FINAL_EPOCHS_FACTOR`` times the usual epochs, unless the
    user said how many, or training stops early by itself.

    Args:
        setup: What is searched.
        best: The winner, whose training says what an epoch takes.
        clock: Time that is left.
    """
    config, facts = setup.config, NetworkFacts.of(best)
    planned = config.final_epochs or setup.usual_final_epochs
    if not math.isfinite(clock.left):
        return planned
    if config.final_epochs is None and not setup.stops_early:
        planned *= MAX_FINAL_EPOCHS_FACTOR
    epochs = max(1, 1 if facts is None else facts.epochs)
    per_epoch = max(1e-6, best.seconds / epochs * setup.context.growth * setup.final_waves)
    return min(planned, int(setup.schedule.planned_final_fraction * clock.left / per_epoch))


def _train(
    setup: SearchSetup, studies: Studies, architecture: Architecture, epochs: int, clock: Clock
) -> tuple[list[StoredFile], int]:
    """Train from every seed.

    Args:
        setup: What is searched.
        studies: Where the training runs.
        architecture: The winner's.
        epochs: Planned epochs.
        clock: Time that is left.

    Returns:
        Files of the finished networks, and the epochs that the clock has left them.
    """
    config, seeds = setup.config, setup.config.final_seeds
    training = FinalTraining(architecture, epochs, FINAL_STOP_FRACTION * clock.left / setup.final_waves)

    def suggest(asked: Any) -> FinalTraining:
        asked.suggest_int("seed", 0, seeds)
        return training

    search = Search(
        sampler=enqueued_only,
        suggest=suggest,
        evaluate=evaluate,
        enqueue=[{"seed": number} for number in range(seeds)],
        window=seeds,
        describe=_describe,
    )
    limits = {"max_trials": seeds, "skip_trials": (), "per_run_time_limit": None}
    name = f"final-{training.digest}-{epochs}" + ("" if math.isinf(training.seconds) else "-timed")
    result = studies.run(search, config.model_copy(update=limits), clock, name, f"final training, {epochs_of(epochs)}")
    complete = [record for record in result.records if record.state == "complete"]
    files = [training.file(setup.context, record.number) for record in complete]
    done = min((FinalFacts(**record.attrs).epochs for record in complete), default=0)
    if done < epochs and not setup.stops_early:  # the clock ended it, then
        studies.cut.add(name)
        return files, done
    return files, epochs


def _describe(record: TrialRecord) -> str:
    """Progress line of a final training: its values are no scores, and its seeds are no trials of the search."""
    if record.values is None:
        return f"seed {record.number + 1} {record.state}: {record.cause or ''}"
    return f"seed {record.number + 1}: training loss {record.values[0]:.3g}"


def evaluate(context: SearchContext, job: TrialJob[FinalTraining]) -> TrialResult:
    """Train one network on all samples and write it to its file; the value is its last training loss.

    Args:
        context: Data and files of the search.
        job: Its suggestion is a :class:`FinalTraining`; its number is that of the seed.
    """
    from automl_flow.nas.training.fit import fit_network

    training = job.suggestion
    number, architecture = job.number, training.architecture
    deadline = time.monotonic() + training.seconds
    use_one_thread()
    with memory_errors():
        seed = derive_seed(context.seed, "final", number)
        spec = training_spec(context, context.make_space(), architecture, seed, epochs=training.epochs)
        fitted = fit_network(spec, context.whole, deadline=deadline)
    _write_member(training.file(context, number), fitted, architecture.key)
    history = fitted.training.history
    return TrialResult((history[-1]["train_loss"],), FinalFacts(len(history)))


def _write_member(file: StoredFile, fitted: FittedNetwork, key: str) -> None:
    from safetensors.torch import save

    tensors = {f"network.{n}": t.contiguous().cpu() for n, t in fitted.training.average.state_dict().items()}
    tensors |= {f"inputs.{n}": t.contiguous().cpu() for n, t in fitted.inputs.state_dict().items()}
    header = {"key": key, "target": json.dumps([fitted.centre.tolist(), fitted.scale.tolist()])}
    file.write(save(tensors, header))


def load_members(
    context: SearchContext, space: Space, architecture: Architecture, files: Sequence[StoredFile]
) -> InferenceModule:
    """Put the networks of *files* together.

    Args:
        context: Shape of the data, and the problem type.
        space: Builds the network.
        architecture: What the files hold weights of.
        files: One for each network.
    """
    import torch

    from automl_flow.nas.network.module import assemble
    from automl_flow.nas.training.checkpoint import unpack

    networks = [space.build(architecture, context.shape) for _ in files]
    deployed = assemble(networks, context.shape, context.problem_type)
    for part, file in enumerate(files):
        tensors, header = unpack(file.read())
        centre, scale = json.loads(header["target"])
        for prefix, module in (("network.", deployed.members[part]), ("inputs.", deployed.inputs[part])):
            module.load_state_dict({n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)})
        deployed.centre.copy_(torch.tensor(centre))
        deployed.scale.copy_(torch.tensor(scale))
    return deployed


def own_member(context: SearchContext, architecture: Architecture, number: int) -> StoredFile | None:
    """A member file of the network that trial *number* trained on its first fold; ``None`` without its checkpoint.

    It stands in for the final training where the search ran out of time or was interrupted.
    """
    from automl_flow.nas.training.fit import load_fitted

    spec = training_spec(context, context.make_space(), architecture, derive_seed(context.seed, "network", number, 0))
    fitted = load_fitted(spec, context.folds[0].fit, context.checkpoint(number, 0))
    if fitted is None:
        return None
    file = StoredFile(context.store, "member-of-trial.safetensors")
    _write_member(file, fitted, architecture.key)
    return file
