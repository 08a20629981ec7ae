"""Neural networks for tables: a TabM-style ensemble of perceptrons, trained with early stopping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.models._mlp import (
    Floats,
    Network,
    Weights,
    forward,
    gradients,
    initial_weights,
    piecewise,
    quantile_edges,
)
from automl_flow.models._stopping import StopRule
from automl_flow.models.family import Array, FitContext, Fitted, FoldData, ModelFamily, Params
from automl_flow.tasks.problem_types import ProblemType, problem_type
from automl_flow.tasks.problem_types.classification import MIN_LIKELIHOOD
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

_EPOCHS = 100
_PATIENCE = 8  # epochs; the loss is that of averaged weights, which is smooth
_MEMBERS = 4
_AVERAGE = 0.98  # of the weights, per step: what is kept is a running mean of the last fifty steps or so
_ADAM = (0.9, 0.999, 1e-8)
_BYTES = 256  # values of a byte
_MAX_ENCODED_INPUTS = 400  # more are not encoded piecewise


@dataclass(frozen=True)
class Settings:
    """How one network is trained.

    Attributes:
        params: Parameters of the family.
        context: Size of the data, seed, deadline.
    """

    params: Params
    context: FitContext


def build(params: Params, context: FitContext) -> Settings:
    """Return the settings; the network is made when the number of inputs is known."""
    return Settings(params, context)


@dataclass
class _Adam:
    """AdamW, and a running mean of the weights."""

    weights: Weights
    rate: float
    decay: float

    def __post_init__(self) -> None:
        self.first = {name: np.zeros_like(w) for name, w in self.weights.items()}
        self.second = {name: np.zeros_like(w) for name, w in self.weights.items()}
        self.mean = {name: w.copy() for name, w in self.weights.items()}
        self.steps = 0

    def step(self, grads: Weights) -> None:
        """Take one step; matrices shrink, offsets and scales do not."""
        self.steps += 1
        beta1, beta2, epsilon = _ADAM
        rate = self.rate * np.sqrt(1 - beta2**self.steps) / (1 - beta1**self.steps)
        keep = min(_AVERAGE, self.steps / (self.steps + 10))
        for name, grad in grads.items():
            w, m, v = self.weights[name], self.first[name], self.second[name]
            m += (1 - beta1) * (grad - m)
            v += (1 - beta2) * (grad * grad - v)
            if name in ("w1", "w2", "heads"):
                w *= np.float32(1 - self.rate * self.decay)
            w -= np.float32(rate) * m / (np.sqrt(v) + np.float32(epsilon))
            self.mean[name] += np.float32(1 - keep) * (w - self.mean[name])


def fit(learner: Settings, data: FoldData, context: FitContext) -> Fitted:
    """Train until the validation loss no longer falls, or time is up."""
    params, rng = learner.params, np.random.default_rng(context.seed)
    X = np.asarray(data.X, dtype=np.float32)
    y, centre, spread = _targets(data.y, context)
    edges = quantile_edges(X, _bins(params, X.shape[1]))
    E = piecewise(X, edges)
    size = {"inputs": E.shape[1], "hidden": int(params["hidden"]), "outputs": y.shape[1]}
    optimiser = _Adam(initial_weights(rng, members=_MEMBERS, **size), float(params["rate"]), float(params["decay"]))
    weight = np.ones(len(y)) if data.weight is None else data.weight / data.weight.mean()
    rows = _Rows(E, y, weight.astype(np.float32))
    rule, best = StopRule(context, _PATIENCE), dict(optimiser.mean)
    valid = _Validation.of(data, edges, (centre, spread), context)
    for epoch in range(context.iterations or _EPOCHS):
        _train_epoch(optimiser, rows, float(params["dropout"]), rng, rule)
        loss = valid.loss(optimiser.mean) if valid is not None else None
        stop = rule.update(epoch, loss)
        if rule.best_step == epoch:
            best = {name: w.copy() for name, w in optimiser.mean.items()}
        if stop:
            break
    return Fitted(Network({**best, "edges": edges}, centre, spread), rule.best_step + 1, rule.cut_short)


@dataclass(frozen=True)
class _Rows:
    """Encoded training rows."""

    E: Floats
    y: Floats
    weight: Floats


def _train_epoch(optimiser: _Adam, rows: _Rows, dropout: float, rng: np.random.Generator, rule: StopRule) -> None:
    dropped = round(dropout * _BYTES)  # a byte of chance per unit is enough, and quick to draw
    keep = 1.0 - dropped / _BYTES

    def drop(h: Floats) -> Floats:
        mask = rng.integers(_BYTES, size=h.shape, dtype=np.uint8) >= dropped
        h *= mask
        h *= np.float32(1.0 / keep)
        return h

    order = rng.permutation(len(rows.E))
    size = _batch_size(len(rows.E))
    for start in range(0, len(order), size):
        if rule.context.out_of_time():
            return
        batch = order[start : start + size]
        E = rows.E[batch]
        out, activations = forward(optimiser.weights, E, drop if dropped else None)
        guess = rule.context.problem_type.link(out)
        d_out = (guess - rows.y[batch]) * rows.weight[batch, None] / np.float32(len(batch))
        optimiser.step(gradients(optimiser.weights, E, activations, d_out.astype(np.float32), keep))


@dataclass(frozen=True)
class _Validation:
    """Rows to stop early on."""

    E: Floats
    y: Floats
    weight: NDArray[Any] | None
    kind: ProblemType

    @classmethod
    def of(cls, data: FoldData, edges: Floats, scale: tuple[Array, Array], context: FitContext) -> _Validation | None:
        if data.X_valid is None or data.y_valid is None:
            return None
        y = (_as_outputs(data.y_valid, context) - scale[0]) / scale[1]
        E = piecewise(np.asarray(data.X_valid, np.float32), edges)
        return cls(E, y.astype(np.float32), data.weight_valid, context.problem_type)

    def loss(self, weights: Weights) -> float:
        """Log loss or mean squared error of the mean prediction."""
        guess = self.kind.link(forward(weights, self.E)[0]).mean(axis=0)
        if self.kind.has_classes:
            losses = -np.log(np.maximum((guess * self.y).sum(axis=1), MIN_LIKELIHOOD))
        elif self.kind.has_probabilities:
            losses = self.kind.deviance(self.y, guess)
        else:
            losses = ((guess - self.y) ** 2).mean(axis=1)
        return float(np.average(losses, weights=self.weight))


def _targets(y: NDArray[Any], context: FitContext) -> tuple[Floats, Array, Array]:
    """Targets (n, o) as the network sees them, and centre and scale of values."""
    wanted = _as_outputs(y, context)
    if context.problem_type.has_probabilities:
        return wanted.astype(np.float32), np.zeros(1), np.ones(1)
    centre, spread = np.atleast_1d(y.mean(axis=0)), np.atleast_1d(y.std(axis=0))
    spread = np.where(spread > 0, spread, 1.0)
    return ((wanted - centre) / spread).astype(np.float32), centre, spread


def _as_outputs(y: NDArray[Any], context: FitContext) -> NDArray[Any]:
    """The outputs (n, o) of a perfect network: a 1 for each row's class, labels, or values."""
    if context.has_classes:
        return np.asarray(np.eye(context.n_classes, dtype=np.float32)[y])
    return y.reshape(len(y), -1)


def _batch_size(n_rows: int) -> int:
    return int(min(1024, max(32, 2 ** round(np.log2(max(n_rows, 1) / 16)))))


def _bins(params: Params, columns: int) -> int:
    bins = int(params["bins"])
    return bins if columns * (bins + 1) <= _MAX_ENCODED_INPUTS else 0


def predict(model: Network, X: Any, problem: Problem) -> Array:
    """Predict probabilities (n, k) or values (n, 1)."""
    return model.outputs(np.asarray(X, dtype=np.float32), problem_type(problem))


def suggest(trial: BaseTrial, context: FitContext) -> Params:  # noqa: ARG001 - one signature for all families
    """Suggest width, encoding and regularisation."""
    return {
        "hidden": trial.suggest_int("hidden", 32, 384, log=True),
        "bins": trial.suggest_categorical("bins", [0, 6, 16]),
        "dropout": trial.suggest_float("dropout", 0.0, 0.5),
        "rate": trial.suggest_float("rate", 5e-4, 1e-2, log=True),
        "decay": trial.suggest_float("decay", 1e-4, 0.3, log=True),
    }


def portfolio(context: FitContext) -> tuple[Params, ...]:  # noqa: ARG001 - one signature for all families
    """Return a network on piecewise-linear inputs, and a wide one on plain inputs.

    Wide ones are ahead where there is much to learn, narrow ones where most of the target is noise: of 26 letters,
    80 units left a log loss of 0.35, 160 of 0.22 and 256 of 0.20, the widest in twice the time.
    """
    base: Params = {"hidden": 160, "bins": 6, "dropout": 0.2, "rate": 6e-3, "decay": 0.05}
    return base, {**base, "hidden": 256, "bins": 0}


def seconds(params: Params, context: FitContext) -> float:
    """Guess the seconds of one fit: products per row and epoch."""
    columns = 1.3 * context.n_columns
    inputs = columns * (1 + _bins(params, round(columns)))
    per_row = 6e-11 * _MEMBERS * int(params["hidden"]) * (inputs + int(params["hidden"]) + context.outputs)
    steps = context.n_rows / _batch_size(context.n_rows)
    return 0.1 + 35 * (context.n_rows * per_row * 3 + steps * 1.5e-3)


def work(model: Network, context: FitContext) -> float:  # noqa: ARG001 - one signature for all families
    """Guess the microseconds to predict a row: one pass of every member."""
    inputs, hidden = model.weights["w1"].shape
    return float(1.5e-4 * _MEMBERS * hidden * (inputs + hidden + model.weights["heads"].shape[2]))


def dump(model: Network) -> bytes:
    """Store its weights."""
    return model.to_bytes()


ENTRY = ModelFamily(
    name="network",
    problems=("binary", "multiclass", "regression", "multilabel", "multioutput"),
    encoding="scaled",
    build=build,
    suggest=suggest,
    portfolio=portfolio,
    seconds=seconds,
    work=work,
    stops_early=True,
    bagged=True,
    fit=fit,
    predict=predict,
    dump=dump,
    load=Network.from_bytes,
    portfolio_ranks=(60, 90),
)
