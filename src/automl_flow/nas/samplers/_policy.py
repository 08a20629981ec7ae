"""Stochastic policies over the values of all parameters, and their policy-gradient updates."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_flow.nas.samplers._encoding import Dimension, Matrix, Vector

Actions = NDArray[np.int64]  # (n, d); -1 where a parameter was not used

BINS = 10  # a numeric parameter with more values is divided into as many bins
FEW = 12  # ordered values up to which each is an action of its own


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
    sizes = [d.levels if d.categorical or 0 < d.levels <= FEW else BINS for d in dimensions]
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
