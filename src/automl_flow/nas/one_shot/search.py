"""The one-shot search: weights and alphas are trained in turns, each on its own split of the samples."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn

from automl_flow.core.config import parse_config
from automl_flow.core.seeds import derive_seed
from automl_flow.nas.one_shot import STRATEGIES
from automl_flow.nas.one_shot.base import OneShotConfig
from automl_flow.nas.one_shot.collapse import CollapseStopping, parameter_free_share
from automl_flow.nas.one_shot.data import SupernetSamples, split_samples
from automl_flow.nas.one_shot.discretize import evaluate, preferred, propose, rank
from automl_flow.nas.one_shot.relaxation import AlphaUpdate, Relaxation
from automl_flow.nas.one_shot.result import DerivedArchitecture, OneShotResult
from automl_flow.nas.one_shot.supernet import Supernet
from automl_flow.nas.problem import TrainingData
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Space
from automl_flow.nas.training.loop import MAX_GRADIENT_NORM, shuffled

ALPHA_BETAS = (0.5, 0.999)  # of Adam, as in DARTS
MAX_WATCHED_SAMPLES = 500  # of the alpha split, for the score that is shown after an epoch


def search_one_shot(
    strategy: str,
    space: Space,
    shape: DataShape,
    data: TrainingData,
    options: Mapping[str, Any] | None = None,
    *,
    seed: int,
    seconds: float | None = None,
    watch: Callable[[int, DerivedArchitecture], None] | None = None,
) -> OneShotResult:
    """Train a supernet and derive architectures from it.

    The same arguments give the same result on a CPU with one thread, unless *seconds* cut in.

    Args:
        strategy: Stem of a file in this package.
        space: What is searched. Parameters that name no operation stay as in its reference.
        shape: The data.
        data: Samples. Half of them train the weights, half the alphas; the latter also rank the candidates, so *data*
            must not contain samples that validate the candidates later.
        options: Settings of the strategy; ``None`` for its defaults.
        seed: Seed of everything random. Torch's global generator is left as it was.
        seconds: No epoch starts after this many seconds; the candidates are then derived from what was learned.
        watch: Called after every epoch with its number and the architecture that the alphas prefer by then, scored
            with inherited weights on some samples of the alpha split. The result does not depend on it.

    Raises:
        ConfigError: An unknown strategy or option, or a space without choices.
    """
    entry = STRATEGIES.get(strategy)
    config = parse_config(entry.Options, options, "strategy_options")
    end = math.inf if seconds is None else time.monotonic() + seconds
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "supernet"))
        supernet = Supernet(space, shape, config.partial_channels, normalised=config.edge_normalisation)
        weight_split, alpha_split = split_samples(data, shape, config.max_samples, seed)
        run = _Run(supernet, entry.relax(config), config, weight_split, alpha_split, seed)
        last = min(config.epochs, config.stop or config.epochs)
        while run.epoch < last and (run.epoch == 0 or time.monotonic() < end):
            run.advance()
            if watch is not None:
                watch(run.epoch, run.leading())
        torch.manual_seed(derive_seed(seed, "candidates"))
        proposed = propose(
            space, shape, supernet, run.probabilities(), size=config.pool, max_parameter_free=config.max_parameter_free
        )
    candidates = rank(supernet, proposed, alpha_split)[: config.candidates]
    named = {n: dict(zip(supernet.options[n], p.tolist(), strict=True)) for n, p in run.probabilities().items()}
    return OneShotResult(
        candidates=tuple(candidates),
        history=tuple(run.history),
        probabilities=named,
        edges={name: float(scale.detach()) for name, scale in supernet.scales().items()},
        collapse=run.stopping.report,
        epochs=run.epoch,
        cut=run.epoch < config.epochs,
    )


@dataclass
class _Run:
    """The state of a search between two epochs."""

    supernet: Supernet
    relaxation: Relaxation
    config: OneShotConfig
    weight_split: SupernetSamples
    alpha_split: SupernetSamples
    seed: int
    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    stopping: CollapseStopping = field(init=False)

    def __post_init__(self) -> None:
        c = self.config
        self.stopping = CollapseStopping(self.supernet, c.max_parameter_free)
        self.weights = torch.optim.SGD(
            self.supernet.weights(), c.learning_rate, momentum=0.9, weight_decay=c.weight_decay, nesterov=True
        )
        self.alphas = torch.optim.Adam(
            self.supernet.architecture_parameters(), c.alpha_rate, betas=ALPHA_BETAS, weight_decay=c.alpha_decay
        )

    def probabilities(self) -> dict[str, Tensor]:
        """Probability of each operation of each choice, by the alphas."""
        return {name: self.relaxation.probabilities(a.detach()) for name, a in self.supernet.alphas.items()}

    def leading(self) -> DerivedArchitecture:
        """The architecture that the alphas prefer, scored on samples spread evenly over the alpha split."""
        return evaluate(
            self.supernet, preferred(self.supernet, self.probabilities()), self.alpha_split.thinned(MAX_WATCHED_SAMPLES)
        )

    def advance(self) -> None:
        """Train for one epoch: a pass over the weight split, or several where it has few batches."""
        torch.manual_seed(derive_seed(self.seed, "epoch", self.epoch))
        generator = torch.Generator().manual_seed(derive_seed(self.seed, "batches", self.epoch))
        batches = list(shuffled(len(self.weight_split.x), self.config.batch_size, generator))
        alpha_batches = _cycle(len(self.alpha_split.x), self.config.batch_size, len(batches), generator)
        moving = self.epoch >= self.config.warm_up_epochs and not self.stopping.stopped
        self.supernet.train()
        losses = []
        for i, (rows, alpha_rows) in enumerate(zip(batches, alpha_batches, strict=True)):
            progress = (self.epoch + i / len(batches)) / self.config.epochs
            rate = self.config.learning_rate * 0.5 * (1.0 + math.cos(math.pi * progress))
            weight_loss = self.weight_split.loss(self.supernet, rows)
            alpha_loss = self.alpha_split.loss(self.supernet, alpha_rows)
            losses.append(
                self._step(AlphaUpdate(self.supernet, weight_loss, alpha_loss, rate, progress), moving=moving)
            )
        self.epoch += 1
        if moving:
            self.stopping.update(self.probabilities(), self.epoch)
        self.history.append({"epoch": self.epoch, **self._facts(), **_means(losses)})

    def _step(self, step: AlphaUpdate, *, moving: bool) -> tuple[float, float]:
        """Move the alphas, then the weights; return the losses on both batches."""
        alpha_loss = math.nan
        if moving:
            alpha_loss = self.relaxation.learn(step)
            self.alphas.step()
        with torch.no_grad():  # the weights' step moves no alpha
            self.relaxation.draw(self.supernet, step.progress)
        for group in self.weights.param_groups:
            group["lr"] = step.rate
        loss = step.weight_loss()
        self.weights.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.supernet.weights(), MAX_GRADIENT_NORM)
        self.weights.step()
        return float(loss.detach()), alpha_loss

    def _facts(self) -> dict[str, float]:
        probabilities = self.probabilities()
        entropies = [
            float(-(p * p.clamp_min(1e-12).log()).sum()) / math.log(len(p))
            for p in probabilities.values()
            if len(p) > 1
        ]
        free = parameter_free_share(self.supernet, preferred(self.supernet, probabilities))
        return {"entropy": sum(entropies) / len(entropies), "parameter_free": free}


def _cycle(count: int, size: int, batches: int, generator: torch.Generator) -> list[Tensor]:
    """*batches* batches of the alpha split, which starts over when it is used up."""
    found: list[Tensor] = []
    while len(found) < batches:
        found += list(shuffled(count, size, generator))
    return found[:batches]


def _means(losses: list[tuple[float, float]]) -> dict[str, float]:
    """Means over the steps; there is no ``alpha_loss`` in epochs in which the alphas do not move."""
    weight_losses, alpha_losses = zip(*losses, strict=True)
    means = {"train_loss": sum(weight_losses) / len(losses)}
    return means if math.isnan(alpha_losses[0]) else means | {"alpha_loss": sum(alpha_losses) / len(losses)}
