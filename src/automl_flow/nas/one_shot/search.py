"""The one-shot search: weights and alphas learn in turns, each from its own half of the samples."""

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
from automl_flow.nas.one_shot.collapse import Guard, free_share
from automl_flow.nas.one_shot.data import Half, halves
from automl_flow.nas.one_shot.discretize import pool, preferred
from automl_flow.nas.one_shot.judging import judge, judged
from automl_flow.nas.one_shot.relaxation import Relaxation, Step
from automl_flow.nas.one_shot.result import Candidate, OneShotResult
from automl_flow.nas.one_shot.supernet import Supernet
from automl_flow.nas.problem import TrainingData
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.base import Space
from automl_flow.nas.training.loop import LARGEST_GRADIENT, shuffled

ALPHA_BETAS = (0.5, 0.999)  # of Adam, as in DARTS
SHOWN = 500  # samples at most that an epoch's score for the user is computed on


def search_one_shot(
    strategy: str,
    space: Space,
    shape: DataShape,
    data: TrainingData,
    options: Mapping[str, Any] | None = None,
    *,
    seed: int,
    seconds: float | None = None,
    watch: Callable[[int, Candidate], None] | None = None,
) -> OneShotResult:
    """Train a supernet and derive architectures from it.

    The same arguments give the same result on a CPU with one thread, unless *seconds* cut in.

    Args:
        strategy: Stem of a file in this package.
        space: What is searched. Parameters that name no operation stay as in its reference.
        shape: The data.
        data: Samples. Half of them teach the weights, half the alphas; the latter also rank the candidates. So they
            must not contain samples that candidates are judged by later.
        options: Settings of the strategy; its defaults where nothing is said.
        seed: Seed of everything random. Torch's own generator is left as it was.
        seconds: After so many no further epoch is begun; what is there then is derived.
        watch: Told after every epoch of its number and of the architecture that the alphas prefer by then, scored with
            inherited weights on some of the alphas' samples. The result does not depend on it.

    Raises:
        ConfigError: An unknown strategy or option, or a space without choices.
    """
    entry = STRATEGIES.get(strategy)
    config = parse_config(entry.Options, options, "strategy_options")
    end = math.inf if seconds is None else time.monotonic() + seconds
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(derive_seed(seed, "supernet"))
        supernet = Supernet(space, shape, config.partial_channels, normalised=config.edge_normalisation)
        fit, other = halves(data, shape, config.max_samples, seed)
        run = _Run(supernet, entry.relax(config), config, fit, other, seed)
        last = min(config.epochs, config.stop or config.epochs)
        while run.epoch < last and (run.epoch == 0 or time.monotonic() < end):
            run.advance()
            if watch is not None:
                watch(run.epoch, run.leading())
        torch.manual_seed(derive_seed(seed, "candidates"))
        chosen = pool(space, shape, supernet, run.probabilities(), size=config.pool, max_free=config.max_free)
    candidates = judged(supernet, chosen, other)[: config.candidates]
    named = {n: dict(zip(supernet.options[n], p.tolist(), strict=True)) for n, p in run.probabilities().items()}
    return OneShotResult(
        candidates=tuple(candidates),
        history=tuple(run.history),
        probabilities=named,
        edges={name: float(scale.detach()) for name, scale in supernet.scales().items()},
        guard=run.guard.report,
        epochs=run.epoch,
        cut=run.epoch < config.epochs,
    )


@dataclass
class _Run:
    """A search between two epochs."""

    supernet: Supernet
    relaxation: Relaxation
    config: OneShotConfig
    fit: Half
    other: Half
    seed: int
    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    guard: Guard = field(init=False)

    def __post_init__(self) -> None:
        c = self.config
        self.guard = Guard(self.supernet, c.max_free)
        self.weights = torch.optim.SGD(
            self.supernet.weights(), c.learning_rate, momentum=0.9, weight_decay=c.weight_decay, nesterov=True
        )
        self.alphas = torch.optim.Adam(
            self.supernet.preferences(), c.alpha_rate, betas=ALPHA_BETAS, weight_decay=c.alpha_decay
        )

    def probabilities(self) -> dict[str, Tensor]:
        """What the alphas say of the operations of each choice."""
        return {name: self.relaxation.probabilities(a.detach()) for name, a in self.supernet.alphas.items()}

    def leading(self) -> Candidate:
        """The architecture that the alphas prefer, scored on samples that are spread evenly over the alphas' half."""
        return judge(self.supernet, preferred(self.supernet, self.probabilities()), self.other.thinned(SHOWN))

    def advance(self) -> None:
        """Go through the weights' samples once (as often as it takes for enough batches), and note what came of it."""
        torch.manual_seed(derive_seed(self.seed, "epoch", self.epoch))
        generator = torch.Generator().manual_seed(derive_seed(self.seed, "batches", self.epoch))
        batches = list(shuffled(len(self.fit.x), self.config.batch_size, generator))
        others = _cycle(len(self.other.x), self.config.batch_size, len(batches), generator)
        moving = self.epoch >= self.config.warm_up_epochs and not self.guard.collapsed
        self.supernet.train()
        losses = []
        for i, (rows, other_rows) in enumerate(zip(batches, others, strict=True)):
            progress = (self.epoch + i / len(batches)) / self.config.epochs
            rate = self.config.learning_rate * 0.5 * (1.0 + math.cos(math.pi * progress))
            fit, other = self.fit.loss(self.supernet, rows), self.other.loss(self.supernet, other_rows)
            losses.append(self._step(Step(self.supernet, fit, other, rate, progress), moving=moving))
        self.epoch += 1
        if moving:
            self.guard.look(self.probabilities(), self.epoch)
        self.history.append({"epoch": self.epoch, **self._facts(), **_means(losses)})

    def _step(self, step: Step, *, moving: bool) -> tuple[float, float]:
        """Move the alphas, then the weights; return the losses on both batches."""
        alpha_loss = math.nan
        if moving:
            alpha_loss = self.relaxation.learn(step)
            self.alphas.step()
        with torch.no_grad():  # the weights' step moves no alpha
            self.relaxation.draw(self.supernet, step.progress)
        for group in self.weights.param_groups:
            group["lr"] = step.rate
        loss = step.fit_loss()
        self.weights.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.supernet.weights(), LARGEST_GRADIENT)
        self.weights.step()
        return float(loss.detach()), alpha_loss

    def _facts(self) -> dict[str, float]:
        probabilities = self.probabilities()
        entropies = [
            float(-(p * p.clamp_min(1e-12).log()).sum()) / math.log(len(p))
            for p in probabilities.values()
            if len(p) > 1
        ]
        free = free_share(self.supernet, preferred(self.supernet, probabilities))
        return {"entropy": sum(entropies) / len(entropies), "free": free}


def _cycle(count: int, size: int, batches: int, generator: torch.Generator) -> list[Tensor]:
    """So many batches of the alphas' samples."""
    found: list[Tensor] = []
    while len(found) < batches:
        found += list(shuffled(count, size, generator))
    return found[:batches]


def _means(losses: list[tuple[float, float]]) -> dict[str, float]:
    """Means over the steps; without steps of the alphas there is no loss of theirs."""
    fit, other = zip(*losses, strict=True)
    means = {"train_loss": sum(fit) / len(fit)}
    return means if math.isnan(other[0]) else means | {"alpha_loss": sum(other) / len(other)}
