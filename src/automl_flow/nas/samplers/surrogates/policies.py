"""Stochastic policies over the values of all parameters, and their policy-gradient updates.

:class:`TablePolicy` has independent logits; :class:`LstmPolicy` decides parameter by parameter, in plain NumPy.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.seeds import generator
from automl_flow.nas.samplers.surrogates.encoding import Dimension, Matrix, Vector

Actions = NDArray[np.int64]  # (n, d); -1 where a parameter was not used

Weights = dict[str, NDArray[np.float64]]

BINS = 10  # of a numeric parameter with more than MAX_SINGLE_VALUES values
MAX_SINGLE_VALUES = 12  # ordered values up to which each is an action of its own
HIDDEN_UNITS = 24  # of the LSTM


@dataclass(frozen=True, eq=False)
class ActionSpace:
    """Parameters as finite sets of actions.

    Attributes:
        dimensions: The parameters, d of them.
        sizes: (d,) number of actions of each.
        family: (d,) number of the group of like parameters (the same options) that each belongs to.
    """

    dimensions: tuple[Dimension, ...]
    sizes: NDArray[np.int64]
    family: NDArray[np.int64]

    @property
    def allowed(self) -> NDArray[np.bool_]:
        """(d, k) which actions exist, k being the largest number of actions."""
        return np.arange(self.sizes.max())[None] < self.sizes[:, None]

    def actions(self, X: Matrix) -> Actions:
        """Actions that lead to (n, d) encoded configurations."""
        result = np.empty(X.shape, dtype=np.int64)
        for j, dimension in enumerate(self.dimensions):
            numbers = np.nan_to_num(X[:, j])
            if not dimension.categorical:
                if dimension.levels and not dimension.log:  # the middle of the value's share of the range
                    numbers = (np.round(numbers * (dimension.levels - 1)) + 0.5) / dimension.levels
                numbers = np.floor(numbers * self.sizes[j])
            result[:, j] = np.clip(numbers, 0, self.sizes[j] - 1)
        return np.where(np.isnan(X), -1, result)

    def rows(self, actions: Actions, rng: np.random.Generator) -> Matrix:
        """Encoded configurations for (n, d) actions; within a bin the value is drawn at random."""
        columns = []
        for j, dimension in enumerate(self.dimensions):
            action = actions[:, j].astype(float)
            if dimension.categorical:
                columns.append(action)
            else:
                columns.append(dimension.place((action + rng.random(len(action))) / self.sizes[j]))
        return np.column_stack(columns)


def action_space(dimensions: tuple[Dimension, ...]) -> ActionSpace:
    """Divide the parameters into actions."""
    sizes = [d.levels if d.categorical or 0 < d.levels <= MAX_SINGLE_VALUES else BINS for d in dimensions]
    names: dict[str, int] = {}
    # Numeric parameters of the same range seldom mean the same thing: each is a family of its own.
    labels = [repr(d.distribution) if d.categorical else f"{d.name}={d.distribution!r}" for d in dimensions]
    family = [names.setdefault(label, len(names)) for label in labels]
    return ActionSpace(dimensions, np.array(sizes, dtype=np.int64), np.array(family, dtype=np.int64))


class AbstractPolicy(ABC):
    """A distribution over actions that follows the policy gradient."""

    @abstractmethod
    def update(self, actions: Actions, advantages: Vector) -> None:
        """Take one step of gradient ascent on the sum of advantage times log-probability, plus the entropy bonus.

        Args:
            actions: (b, d) what was done.
            advantages: (b,) how much better than expected it was.
        """

    @abstractmethod
    def draw(self, count: int, rng: np.random.Generator) -> Actions:
        """Draw (count, d) actions, the later ones at higher temperature, so that a settled policy still moves on."""


def softmax(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities along the last axis."""
    odds = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True))


def logit_gradient(
    probability: NDArray[np.float64], actions: Actions, advantages: NDArray[np.float64], entropy: float
) -> NDArray[np.float64]:
    """Gradient of the objective by logits.

    Args:
        probability: (…, k) of each action.
        actions: (…) what was done; -1 where the parameter was not used, which gives zeros.
        advantages: (…) how much better than expected it was.
        entropy: Weight of the entropy bonus.
    """
    chosen = actions[..., None] == np.arange(probability.shape[-1])
    logarithm = np.log(np.maximum(probability, 1e-12))
    surprise = logarithm - (probability * logarithm).sum(axis=-1, keepdims=True)
    gradient = advantages[..., None] * (chosen - probability) - entropy * probability * surprise
    return np.asarray(gradient * (actions >= 0)[..., None])


def draw_actions(probability: NDArray[np.float64], temperature: Vector, rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw one action for each row of (n, k) probabilities, flattened by (n,) temperatures of at least 1."""
    flat = probability ** (1.0 / temperature[:, None])
    reach = np.cumsum(flat, axis=1)
    drawn = (rng.random((len(flat), 1)) * reach[:, -1:] > reach).sum(axis=1)
    # Rounding must not lead to an action that does not exist.
    last = (probability > 0.0).shape[1] - 1 - np.argmax((probability > 0.0)[:, ::-1], axis=1)
    return np.asarray(np.minimum(drawn, last), dtype=np.int64)


def temperatures(count: int) -> Vector:
    """1 for the first quarter of the draws, then up to 4."""
    return np.asarray(np.maximum(1.0, np.linspace(0.0, 4.0, count)))


class TablePolicy(AbstractPolicy):
    """Independent softmax distributions: logits per parameter, plus logits shared by parameters of the same kind.

    Args:
        space: The actions.
        learning_rate: Step along the gradient.
        entropy: Weight of the entropy bonus.
    """

    def __init__(self, space: ActionSpace, *, learning_rate: float, entropy: float) -> None:
        self._space = space
        self._learning_rate = learning_rate
        self._entropy = entropy
        d, k = space.allowed.shape
        self._own = np.zeros((d, k))
        self._shared = np.zeros((int(space.family.max()) + 1, k))
        self._members = np.bincount(space.family)  # (families,)

    @property
    def probability(self) -> Matrix:
        """(d, k) probability of each action."""
        return softmax(np.where(self._space.allowed, self._own + self._shared[self._space.family], -np.inf))

    def update(self, actions: Actions, advantages: Vector) -> None:
        """See :class:`AbstractPolicy`."""
        each = logit_gradient(self.probability[None], actions, advantages[:, None], self._entropy)
        step = self._learning_rate * each.sum(axis=0)  # (b, d, k) -> (d, k)
        self._own += step
        # The sum over a family grows with its size; its root keeps the steps comparable.
        np.add.at(self._shared, self._space.family, step / np.sqrt(self._members[self._space.family])[:, None])

    def draw(self, count: int, rng: np.random.Generator) -> Actions:
        """See :class:`AbstractPolicy`."""
        heat = temperatures(count)
        columns = [draw_actions(np.broadcast_to(p, (count, len(p))), heat, rng) for p in self.probability]
        return np.column_stack(columns)


class LstmStep(NamedTuple):
    """Cache of the forward pass for one parameter and b sequences."""

    inputs: Matrix  # (b, h) embedding of the action before
    state: Matrix  # (b, h) before
    memory: Matrix  # (b, h) before
    gates: NDArray[np.float64]  # (4, b, h): input, forget, output, proposal
    hidden: Matrix  # (b, h) after
    cell: Matrix  # (b, h) after
    probability: Matrix  # (b, k)


class LstmPolicy(AbstractPolicy):
    """Zoph and Le's controller (ICLR 2017) with the weight sharing of ENAS: like parameters share their output layer.

    Each parameter also has a bias of its own, so that the policy is at least the independent one. Adam on the
    gradient of the whole sequence.

    Args:
        space: The actions; parameters are decided in alphabetical order.
        learning_rate: Of Adam.
        entropy: Weight of the entropy bonus.
        seed: Seed of the first weights.
    """

    def __init__(self, space: ActionSpace, *, learning_rate: float, entropy: float, seed: int) -> None:
        self._space = space
        self._learning_rate = learning_rate
        self._entropy = entropy
        d, k = space.allowed.shape
        groups = int(space.family.max()) + 1
        rng = generator(seed, "controller")
        self._weights: Weights = {
            "embed": rng.normal(0.0, 0.5, (groups, k, HIDDEN_UNITS)),
            "gates": rng.normal(0.0, 1.0 / np.sqrt(2.0 * HIDDEN_UNITS), (2 * HIDDEN_UNITS, 4 * HIDDEN_UNITS)),
            "gate_bias": np.repeat([0.0, 1.0, 0.0, 0.0], HIDDEN_UNITS),  # remember at first
            "head": np.zeros((groups, HIDDEN_UNITS, k)),  # uniform at first
            "bias": np.zeros((d, k)),
        }
        self._mean = {name: np.zeros_like(w) for name, w in self._weights.items()}
        self._square = {name: np.zeros_like(w) for name, w in self._weights.items()}
        self._updates = 0

    def draw(self, count: int, rng: np.random.Generator) -> Actions:
        """See :class:`AbstractPolicy`."""
        actions = np.full((count, len(self._space.sizes)), -1, dtype=np.int64)
        heat = temperatures(count)
        step: LstmStep | None = None
        for j in range(actions.shape[1]):
            step = self._forward(j, actions, step)
            actions[:, j] = draw_actions(step.probability, heat, rng)
        return actions

    def update(self, actions: Actions, advantages: Vector) -> None:
        """See :class:`AbstractPolicy`."""
        steps: list[LstmStep] = []
        for j in range(actions.shape[1]):
            steps.append(self._forward(j, actions, steps[-1] if steps else None))
        gradient = self._backward(steps, actions, advantages)
        self._updates += 1
        for name, ascent in gradient.items():
            self._mean[name] = 0.9 * self._mean[name] + 0.1 * ascent
            self._square[name] = 0.999 * self._square[name] + 0.001 * ascent**2
            mean = self._mean[name] / (1.0 - 0.9**self._updates)
            deviation = np.sqrt(self._square[name] / (1.0 - 0.999**self._updates)) + 1e-8
            self._weights[name] = self._weights[name] + self._learning_rate * mean / deviation

    def _forward(self, j: int, actions: Actions, before: LstmStep | None) -> LstmStep:
        """Decide parameter *j* for b sequences, of which the actions before *j* are known."""
        w, b = self._weights, len(actions)
        zeros = np.zeros((b, HIDDEN_UNITS))
        state, memory = (before.hidden, before.cell) if before else (zeros, zeros)
        inputs = zeros
        if j:
            known = actions[:, j - 1] >= 0
            inputs = w["embed"][self._space.family[j - 1], actions[:, j - 1]] * known[:, None]
        raw = np.concatenate([inputs, state], axis=1) @ w["gates"] + w["gate_bias"]  # (b, 4h)
        split = raw.reshape(b, 4, HIDDEN_UNITS).swapaxes(0, 1)
        gates = np.concatenate([1.0 / (1.0 + np.exp(-split[:3])), np.tanh(split[3:])])
        cell = gates[1] * memory + gates[0] * gates[3]
        hidden = gates[2] * np.tanh(cell)
        logits = hidden @ w["head"][self._space.family[j]] + w["bias"][j]
        probability = softmax(np.where(self._space.allowed[j], logits, -np.inf))
        return LstmStep(inputs, state, memory, gates, hidden, cell, probability)

    def _backward(self, steps: list[LstmStep], actions: Actions, advantages: Vector) -> Weights:
        """Gradient of the objective by all weights, back through the sequence."""
        w, family = self._weights, self._space.family
        total = {name: np.zeros_like(weight) for name, weight in w.items()}
        by_hidden, by_cell = np.zeros_like(steps[0].hidden), np.zeros_like(steps[0].cell)
        for j in reversed(range(len(steps))):
            step = steps[j]
            by_logits = logit_gradient(step.probability, actions[:, j], advantages, self._entropy)
            total["head"][family[j]] += step.hidden.T @ by_logits
            total["bias"][j] += by_logits.sum(axis=0)
            by_hidden = by_hidden + by_logits @ w["head"][family[j]].T
            by_raw, by_cell = _through_gates(step, by_hidden, by_cell)
            total["gates"] += np.concatenate([step.inputs, step.state], axis=1).T @ by_raw
            total["gate_bias"] += by_raw.sum(axis=0)
            back = by_raw @ w["gates"].T  # (b, 2h)
            by_hidden = back[:, HIDDEN_UNITS:]
            if j:
                known = actions[:, j - 1] >= 0
                np.add.at(total["embed"][family[j - 1]], actions[known, j - 1], back[known, :HIDDEN_UNITS])
        return total


def _through_gates(step: LstmStep, by_hidden: Matrix, by_cell: Matrix) -> tuple[Matrix, Matrix]:
    """Gradients by the gates before their nonlinearities, (b, 4h), and by the memory before, (b, h)."""
    enter, forget, leave, proposal = step.gates
    squashed = np.tanh(step.cell)
    by_cell = by_cell + by_hidden * leave * (1.0 - squashed**2)
    by_raw = [
        by_cell * proposal * enter * (1.0 - enter),
        by_cell * step.memory * forget * (1.0 - forget),
        by_hidden * squashed * leave * (1.0 - leave),
        by_cell * enter * (1.0 - proposal**2),
    ]
    return np.concatenate(by_raw, axis=1), by_cell * forget
