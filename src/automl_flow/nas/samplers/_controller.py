"""A recurrent controller in plain NumPy: an LSTM that decides parameter by parameter and knows what it decided."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.seeds import generator
from automl_flow.nas.samplers._encoding import Matrix, Vector
from automl_flow.nas.samplers._policy import (
    AbstractPolicy,
    Actions,
    ActionSpace,
    draw_actions,
    logit_gradient,
    softmax,
    temperatures,
)

HIDDEN = 24
Weights = dict[str, NDArray[np.float64]]


class Step(NamedTuple):
    """What the forward pass keeps of one parameter, for b sequences."""

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
            "embed": rng.normal(0.0, 0.5, (groups, k, HIDDEN)),
            "gates": rng.normal(0.0, 1.0 / np.sqrt(2.0 * HIDDEN), (2 * HIDDEN, 4 * HIDDEN)),
            "gate_bias": np.repeat([0.0, 1.0, 0.0, 0.0], HIDDEN),  # remember at first
            "head": np.zeros((groups, HIDDEN, k)),  # uniform at first
            "bias": np.zeros((d, k)),
        }
        self._mean = {name: np.zeros_like(w) for name, w in self._weights.items()}
        self._square = {name: np.zeros_like(w) for name, w in self._weights.items()}
        self._updates = 0

    def draw(self, count: int, rng: np.random.Generator) -> Actions:
        """See :class:`AbstractPolicy`."""
        actions = np.full((count, len(self._space.sizes)), -1, dtype=np.int64)
        heat = temperatures(count)
        step: Step | None = None
        for j in range(actions.shape[1]):
            step = self._forward(j, actions, step)
            actions[:, j] = draw_actions(step.probability, heat, rng)
        return actions

    def update(self, actions: Actions, advantages: Vector) -> None:
        """See :class:`AbstractPolicy`."""
        steps: list[Step] = []
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

    def _forward(self, j: int, actions: Actions, before: Step | None) -> Step:
        """Decide parameter *j* for b sequences, of which the actions before *j* are known."""
        w, b = self._weights, len(actions)
        zeros = np.zeros((b, HIDDEN))
        state, memory = (before.hidden, before.cell) if before else (zeros, zeros)
        inputs = zeros
        if j:
            known = actions[:, j - 1] >= 0
            inputs = w["embed"][self._space.family[j - 1], actions[:, j - 1]] * known[:, None]
        raw = np.concatenate([inputs, state], axis=1) @ w["gates"] + w["gate_bias"]  # (b, 4h)
        split = raw.reshape(b, 4, HIDDEN).swapaxes(0, 1)
        gates = np.concatenate([1.0 / (1.0 + np.exp(-split[:3])), np.tanh(split[3:])])
        cell = gates[1] * memory + gates[0] * gates[3]
        hidden = gates[2] * np.tanh(cell)
        logits = hidden @ w["head"][self._space.family[j]] + w["bias"][j]
        probability = softmax(np.where(self._space.allowed[j], logits, -np.inf))
        return Step(inputs, state, memory, gates, hidden, cell, probability)

    def _backward(self, steps: list[Step], actions: Actions, advantages: Vector) -> Weights:
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
            by_hidden = back[:, HIDDEN:]
            if j:
                known = actions[:, j - 1] >= 0
                np.add.at(total["embed"][family[j - 1]], actions[known, j - 1], back[known, :HIDDEN])
        return total


def _through_gates(step: Step, by_hidden: Matrix, by_cell: Matrix) -> tuple[Matrix, Matrix]:
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
