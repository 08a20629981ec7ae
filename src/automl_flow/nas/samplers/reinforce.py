"""REINFORCE: a stochastic policy over the choices, improved by the policy gradient."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.nas.samplers.base import HistorySampler, SamplerEntry, require
from automl_flow.nas.samplers.surrogates.encoding import Vector
from automl_flow.nas.samplers.surrogates.history import TRIES, History
from automl_flow.nas.samplers.surrogates.policies import (
    AbstractPolicy,
    ActionSpace,
    LstmPolicy,
    TablePolicy,
    action_space,
)

Controller = Literal["table", "lstm"]
CONTROLLERS = ("table", "lstm")
LEARNING_RATES = {"table": 0.4, "lstm": 0.03}
UPDATES = {"table": 150, "lstm": 40}  # of a replay at most; the trials of longer studies share them


class ReinforceSampler(HistorySampler):
    """Policy gradient (Williams 1992; Zoph and Le, ICLR 2017) as a reader of the study's history.

    Each ask replays the finished trials in order: the advantage of a trial is its utility (the normal score of its
    rank, so the scale is always 1) less a moving average, and the policy takes a step along the gradient of its
    log-probability. Trials below the baseline count less: in a large space a bad trial says little about good
    ones. Then the policy is drawn from until a configuration appears that was never asked for. Parameters
    with the same options share a part of their logits. Numeric parameters are divided into at most ten bins, or
    twelve single values. With several objectives, better means an earlier non-dominated front and less crowding.

    Args:
        seed: Seed of all draws.
        controller: ``"table"``: independent logits; ``"lstm"``: a recurrent network decides parameter by parameter.
        learning_rate: ``None`` for the controller's default.
        entropy: Weight of the entropy bonus.
        baseline_decay: How much of the moving average stays from trial to trial.
        discouragement: Weight of advantages below zero; 1 for the paper's algorithm.
        n_startup_trials: Trials drawn evenly (which is the policy's first distribution).

    Raises:
        ConfigError: An argument is out of its range.
    """

    def __init__(
        self,
        *,
        seed: int = 42,
        controller: Controller = "table",
        learning_rate: float | None = None,
        entropy: float = 0.01,
        baseline_decay: float = 0.9,
        discouragement: float = 0.3,
        n_startup_trials: int = 10,
    ) -> None:
        if controller not in CONTROLLERS:
            raise ConfigError(f"unknown controller {controller!r}{nearest(controller, CONTROLLERS)}")
        rate = LEARNING_RATES[controller] if learning_rate is None else learning_rate
        require(rate > 0.0, f"learning_rate must be positive, got {learning_rate}")
        require(entropy >= 0.0, f"entropy must not be negative, got {entropy}")
        require(0.0 <= baseline_decay < 1.0, f"baseline_decay must be in [0, 1), got {baseline_decay}")
        require(discouragement >= 0.0, f"discouragement must not be negative, got {discouragement}")
        super().__init__(seed=seed, n_startup_trials=n_startup_trials, multi_objective="pareto")
        self._controller = controller
        self._learning_rate = rate
        self._entropy = entropy
        self._baseline_decay = baseline_decay
        self._discouragement = discouragement

    def _propose(self, history: History, rng: np.random.Generator) -> Vector:
        space = action_space(history.dimensions)
        policy = self._policy(space)
        actions, advantages = space.actions(history.X), self._advantages(history.utility)
        for rows in np.array_split(np.arange(len(actions)), min(len(actions), UPDATES[self._controller])):
            policy.update(actions[rows], advantages[rows])
        drawn = space.rows(policy.draw(TRIES, rng), rng)
        new = history.is_new(drawn)
        return np.asarray(drawn[int(np.argmax(new))]) if new.any() else history.draw_new(rng)

    def _policy(self, space: ActionSpace) -> AbstractPolicy:
        if self._controller == "table":
            return TablePolicy(space, learning_rate=self._learning_rate, entropy=self._entropy)
        return LstmPolicy(space, learning_rate=self._learning_rate, entropy=self._entropy, seed=self._seed)

    def _advantages(self, utility: Vector) -> Vector:
        """Utility less the moving average of the trials before, (n,)."""
        advantages = np.empty(len(utility))
        baseline = 0.0
        for i, value in enumerate(utility):
            advantages[i] = value - baseline
            baseline = self._baseline_decay * baseline + (1.0 - self._baseline_decay) * value
        return np.where(advantages < 0.0, self._discouragement * advantages, advantages)


def build(seed: int, startup: int, **options: Any) -> ReinforceSampler:
    """Make the sampler."""
    return ReinforceSampler(seed=seed, n_startup_trials=startup, **options)


ENTRY = SamplerEntry(build, about="REINFORCE: policy gradient over the choices, table or LSTM controller")
