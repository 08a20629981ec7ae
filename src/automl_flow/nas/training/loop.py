"""The training loop in plain torch; a stopped training continues where it stopped.

The same seed gives the same weights on a CPU, in one run or in pieces, because everything random in an epoch is drawn
from a seed of that epoch. Data stay in memory in their own type; a batch is normalised when it is used.
"""

from __future__ import annotations

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import torch
from numpy.typing import NDArray
from pydantic import Field
from torch import Tensor, nn

from automl_flow.core.config import Config
from automl_flow.core.seeds import derive_seed
from automl_flow.nas.spaces.base import Augmentation
from automl_flow.nas.training.augmentation import augment
from automl_flow.tasks.problem_types import ProblemType

MAX_GRADIENT_NORM = 5.0  # norm that gradients are clipped to
WARM_UP_FRACTION = 0.2  # share of the steps in which the learning rate rises
MIN_EPOCH_BATCHES = 32  # few samples are gone through several times in an epoch
PREDICTION_BATCH = 512


class TrainingConfig(Config):
    """Hyperparameters of a training.

    Attributes:
        epochs: Length of the whole schedule; a training may be stopped before its end and continued.
        batch_size: Samples per step; ``None`` chooses 16 to 128 by the number of samples.
        learning_rate: Peak of the one-cycle schedule (Smith 2018).
        weight_decay: Of AdamW, on weights and not on biases or norms.
        label_smoothing: Probability mass that is spread over all classes.
        augment: Augmentation of training samples.
        averaging: Horizon of the running mean of the weights that predicts, as a share of all steps; 0 for none.
        patience: Epochs without a better loss on the watched samples after which training stops, and the best epoch's
            weights are taken; ``None`` trains to the end. Needs watched samples.
    """

    epochs: int = Field(10, ge=1)
    batch_size: int | None = Field(None, ge=2)
    learning_rate: float = Field(5e-3, gt=0)
    weight_decay: float = Field(1e-2, ge=0)
    label_smoothing: float = Field(0.05, ge=0, lt=1)
    augment: Augmentation = "none"
    averaging: float = Field(0.1, ge=0, le=1)
    patience: int | None = Field(None, ge=1)

    def batch(self, samples: int) -> int:
        """Samples per step."""
        return self.batch_size or min(128, max(16, 2 ** round(math.log2(max(samples, 1) / 32))))


@dataclass(frozen=True)
class TensorSamples:
    """Samples to train on or to look at.

    Attributes:
        x: Raw values, (n, …), in any number type.
        y: Class codes (int64) or standardised values (float32), (n,); labels or values of k targets, (n, k).
        weight: Sample weights (float32), (n,), with mean 1.
    """

    x: Tensor
    y: Tensor
    weight: Tensor | None = None

    def __len__(self) -> int:
        return len(self.x)


@dataclass
class Training:
    """A network in training.

    Attributes:
        network: The network: float32 (N, …) as its space says in, (N, outputs) out.
        prepare: Turns a raw batch into the network's input.
        config: How it is trained.
        seed: Seed of batches, augmentation and dropout.
        problem_type: Says what the outputs are and what loss they have.
        average: The running mean of the network's weights, which predicts.
        epoch: Epochs that have been run.
        history: An entry per epoch.
    """

    network: nn.Module
    prepare: nn.Module
    config: TrainingConfig
    seed: int
    problem_type: ProblemType
    device: torch.device = field(default_factory=lambda: torch.device("cuda" if torch.cuda.is_available() else "cpu"))
    epoch: int = 0
    history: list[dict[str, float]] = field(default_factory=list)
    average: nn.Module = field(init=False)
    optimizer: torch.optim.AdamW = field(init=False)

    def __post_init__(self) -> None:
        self.network.to(self.device)
        self.prepare.to(self.device)
        if any(parameter.dim() == 4 for parameter in self.network.parameters()):
            self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # missing in the stubs
        self.average = copy.deepcopy(self.network).requires_grad_(requires_grad=False).eval()
        decayed = [p for p in self.network.parameters() if p.dim() > 1]
        others = [p for p in self.network.parameters() if p.dim() <= 1]
        groups: list[dict[str, Any]] = [{"params": decayed}, {"params": others, "weight_decay": 0.0}]
        self.optimizer = torch.optim.AdamW(
            groups, self.config.learning_rate, weight_decay=self.config.weight_decay, fused=True
        )

    def run(
        self,
        data: TensorSamples,
        stop: int | None = None,
        watch: TensorSamples | None = None,
        deadline: float = math.inf,
    ) -> None:
        """Train up to epoch *stop* (the end of the schedule by default).

        Args:
            data: Training samples, at least two.
            stop: Number of epochs after which to stop.
            watch: Samples whose loss is noted after every epoch; with ``patience`` set they end the training.
            deadline: ``time.monotonic()`` by which the training ends: after the first, an epoch starts only if it would
                end in time with the duration of the longest so far.
        """
        best, best_weights, waited = math.inf, None, 0
        longest = 0.0
        for epoch in range(self.epoch, self.config.epochs if stop is None else min(stop, self.config.epochs)):
            began = time.monotonic()
            if began + longest > deadline and longest:
                break
            with torch.random.fork_rng(enabled=True):
                torch.manual_seed(derive_seed(self.seed, "epoch", epoch))  # for dropout
                entry = {"epoch": epoch + 1, "train_loss": self._epoch(data, epoch)}
            if watch is not None:
                entry["valid_loss"] = self.loss_of(watch)
                if entry["valid_loss"] < best:
                    best, best_weights, waited = entry["valid_loss"], _copy(self.average), 0
                else:
                    waited += 1
            self.history.append(entry)
            self.epoch = epoch + 1
            longest = max(longest, time.monotonic() - began)
            if self.config.patience is not None and waited >= self.config.patience:
                break
        if self.config.patience is not None and best_weights is not None:
            self.average.load_state_dict(best_weights)

    def _epoch(self, data: TensorSamples, epoch: int) -> float:
        """Go through *data* once; return the mean loss."""
        generator = torch.Generator().manual_seed(derive_seed(self.seed, "batches", epoch))
        size = self.config.batch(len(data))
        scaler = torch.amp.GradScaler(self.device.type, enabled=self.device.type == "cuda")
        batches = list(shuffled(len(data), size, generator))
        total, self.network = 0.0, self.network.train()
        for i, rows in enumerate(batches):
            step, steps = epoch * len(batches) + i, self.config.epochs * len(batches)
            for group in self.optimizer.param_groups:
                group["lr"] = self.config.learning_rate * rate((step + 1) / steps)
            x = augment(self.prepare(data.x[rows].to(self.device)), self.config.augment, generator)
            with torch.autocast(self.device.type, dtype=torch.float16, enabled=self.device.type == "cuda"):
                loss = self._loss(self.network(x), data, rows).mean()
            self.optimizer.zero_grad(set_to_none=True)
            scaler.scale(loss).backward()  # type: ignore[no-untyped-call]
            scaler.unscale_(self.optimizer)
            nn.utils.clip_grad_norm_(self.network.parameters(), MAX_GRADIENT_NORM)
            scaler.step(self.optimizer)
            scaler.update()
            self._average(step, steps)
            total += float(loss.detach())
        return total / len(batches)

    def _loss(self, output: Tensor, data: TensorSamples, rows: Tensor) -> Tensor:
        """Loss of each sample, weighted."""
        y = data.y[rows].to(self.device)
        loss = self.problem_type.torch_loss(output.float(), y, self.config.label_smoothing)
        return loss if data.weight is None else loss * data.weight[rows].to(self.device)

    @torch.no_grad()
    def _average(self, step: int, steps: int) -> None:
        """Move the running mean towards the network; the first steps count more, because there are no others yet."""
        horizon = max(1.0, self.config.averaging * steps)
        keep = 0.0 if self.config.averaging == 0 else min(1.0 - 1.0 / horizon, (1 + step) / (10 + step))
        torch._foreach_lerp_(_numbers(self.average), _numbers(self.network), 1.0 - keep)

    def predict(self, x: Tensor) -> Tensor:
        """Outputs of the averaged network, (n, outputs), on the CPU."""
        return predict(self.average, self.prepare, x, self.device)

    def loss_of(self, data: TensorSamples) -> float:
        """Mean loss of the averaged network, without smoothing."""
        output = self.predict(data.x)
        loss = self.problem_type.torch_loss(output, data.y)
        return float((loss if data.weight is None else loss * data.weight).mean())


def rate(progress: float) -> float:
    """The one-cycle schedule: the learning rate's share of its peak when *progress* (0 to 1] of the steps is done."""
    if progress < WARM_UP_FRACTION:
        return 0.1 + 0.9 * 0.5 * (1 - math.cos(math.pi * progress / WARM_UP_FRACTION))
    return max(0.5 * (1 + math.cos(math.pi * (progress - WARM_UP_FRACTION) / (1 - WARM_UP_FRACTION))), 1e-3)


def shuffled(samples: int, size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Positions of the samples of each batch of an epoch.

    Few samples are gone through several times, until there are ``MIN_EPOCH_BATCHES`` batches. A last batch of one
    sample is left out, because batch norm cannot use it.
    """
    passes = -(-MIN_EPOCH_BATCHES // -(-samples // size))
    for _ in range(passes):
        for rows in torch.split(torch.randperm(samples, generator=generator), size):
            if len(rows) > 1:
                yield rows


@torch.inference_mode()
def predict(network: nn.Module, prepare: nn.Module, x: Tensor, device: torch.device) -> Tensor:
    """Outputs for raw samples, (n, outputs) float32 on the CPU, a batch at a time.

    Args:
        network: The trained network.
        prepare: Normalises a batch.
        x: Raw samples, (n, …), on the CPU.
        device: Where the network is.
    """
    network.eval()
    return torch.cat([network(prepare(batch.to(device))).float().cpu() for batch in torch.split(x, PREDICTION_BATCH)])


def _numbers(network: nn.Module) -> list[Tensor]:
    """Parameters and running statistics of batch norms (not their counters)."""
    buffers = [buffer for buffer in network.buffers() if buffer.is_floating_point()]
    return [*network.parameters(), *buffers]


def _copy(network: nn.Module) -> dict[str, Tensor]:
    return {name: tensor.clone() for name, tensor in network.state_dict().items()}


def seeded(build: Callable[[], nn.Module], seed: int) -> nn.Module:
    """Build a network whose first weights follow from *seed* and from nothing else."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        return build()


def samples(x: NDArray[Any], y: NDArray[Any], weight: NDArray[Any] | None = None) -> TensorSamples:
    """Tensors of arrays; values become float32 and codes int64."""
    target = torch.from_numpy(y.astype("float32" if y.dtype.kind == "f" else "int64"))
    # Weights of mean 1 keep the learning rate's meaning.
    scaled = None if weight is None else torch.from_numpy((weight / weight.mean()).astype("float32"))
    return TensorSamples(raw(x), target, scaled)


def raw(x: NDArray[Any]) -> Tensor:
    """A tensor of raw samples: bytes stay bytes, other types become float32."""
    return torch.from_numpy(x.copy() if x.dtype == "uint8" else x.astype("float32"))
