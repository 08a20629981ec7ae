"""A small ensemble of multilayer perceptrons that share their layers, in NumPy.

TabM-mini (Gorishniy et al., ICLR 2025): *k* members scale the inputs each in its own way, pass the same two hidden
layers and have heads of their own. On tables of some thousand rows one thread of NumPy trains it as fast as torch
does, and needs neither torch's memory in every worker nor torch where the model predicts.

Shapes: k members, B rows of a batch, D inputs, H hidden units, o outputs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import ArtifactError
from automl_flow.serialization.tensors import dump_tensors, load_tensors
from automl_flow.tasks.problem_types import ProblemType

Floats = NDArray[np.float32]
Weights = dict[str, Floats]
_CHUNK = 2048  # rows that are predicted at once
_MAX_PRODUCTS = 1 << 27  # numbers of the scaled first layers of all members of a network that is read
_ARRAYS = {
    "scale": ("f4", 2),
    "w1": ("f4", 2),
    "b1": ("f4", 1),
    "w2": ("f4", 2),
    "b2": ("f4", 1),
    "heads": ("f4", 3),
    "offsets": ("f4", 3),
    "edges": ("f4", 2),
    "target": ("f8", 1),
}


@dataclass(frozen=True)
class Network:
    """A trained ensemble.

    Attributes:
        weights: ``scale`` (k, D), ``w1`` (D, H), ``b1`` (H), ``w2`` (H, H), ``b2`` (H), ``heads`` (k, H, o),
            ``offsets`` (k, 1, o), and ``edges`` (D₀, m) of the piecewise-linear inputs (m = 0: plain inputs).
        centre: Mean of each value that was subtracted, (o,); (1,) and 0 for probabilities.
        spread: Scale of each value, (o,); (1,) and 1 for probabilities.
    """

    weights: Mapping[str, Floats]
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]

    def outputs(self, X: Floats, kind: ProblemType) -> NDArray[np.float64]:
        """Mean over the members of the probabilities, or of the values; shape (n, o)."""
        if X.ndim != 2 or X.shape[1] != len(self.weights["edges"]):
            raise ArtifactError(f"the network is for {len(self.weights['edges'])} columns, got {X.shape}")
        parts = [self._chunk(X[i : i + _CHUNK], kind) for i in range(0, len(X), _CHUNK)]
        return np.concatenate(parts) if parts else np.empty((0, self.weights["heads"].shape[2]))

    def _chunk(self, X: Floats, kind: ProblemType) -> NDArray[np.float64]:
        raw = forward(self.weights, piecewise(X, self.weights["edges"]))[0].astype(np.float64)
        return np.asarray(kind.link(raw).mean(axis=0) * self.spread + self.centre)

    def to_bytes(self) -> bytes:
        """The network in the safetensors format."""
        return dump_tensors({**self.weights, "target": np.concatenate([self.centre, self.spread])})

    @classmethod
    def from_bytes(cls, content: bytes) -> Network:
        """Read what :meth:`to_bytes` gave.

        Raises:
            ArtifactError: The arrays do not make a network.
        """
        arrays = load_tensors(content, _ARRAYS)
        members, inputs = arrays["scale"].shape
        columns, edges = arrays["edges"].shape
        hidden, outputs = arrays["w2"].shape[1], arrays["heads"].shape[2]
        expected = {
            "w1": (inputs, hidden),
            "b1": (hidden,),
            "w2": (hidden, hidden),
            "b2": (hidden,),
            "heads": (members, hidden, outputs),
            "offsets": (members, 1, outputs),
        }
        wrong = [name for name, shape in expected.items() if arrays[name].shape != shape]
        if arrays["target"].size not in (2, 2 * outputs):
            raise ArtifactError(f"target has {arrays['target'].size} numbers, expected 2 or {2 * outputs}")
        if wrong or min(members, inputs, hidden, outputs) < 1 or inputs != columns * max(1, edges):
            raise ArtifactError(f"arrays do not fit together: {wrong[0] if wrong else 'edges'}")
        if members * inputs * hidden > _MAX_PRODUCTS:
            raise ArtifactError(f"{members} members of {inputs} × {hidden} numbers are too many")
        centre, spread = np.split(arrays.pop("target"), 2)
        return cls(arrays, centre, spread)


def quantile_edges(X: Floats, bins: int) -> Floats:
    """Edges (D₀, bins) of each column's quantile bins; columns with few values share edges."""
    if bins == 0:
        return np.empty((X.shape[1], 0), dtype=np.float32)
    shares = np.linspace(0, 1, bins + 1)
    return np.ascontiguousarray(np.quantile(X, shares, axis=0).T[:, :], dtype=np.float32)


def piecewise(X: Floats, edges: Floats) -> Floats:
    """Piecewise-linear encoding (Gorishniy et al., 2022) next to the plain columns: (n, D₀) → (n, D₀ · (1 + bins)).

    Entry t of a column says how far its value has come through bin t: 0 before, 1 behind.
    """
    if edges.shape[1] == 0:
        return X
    low, width = edges[:, :-1], np.diff(edges, axis=1)
    passed = (X[:, :, None] - low) / np.maximum(width, 1e-6)
    passed = np.clip(passed, 0.0, 1.0) * (width > 0)
    return np.concatenate([X, passed.reshape(len(X), -1)], axis=1).astype(np.float32)


def initial_weights(rng: np.random.Generator, *, members: int, inputs: int, hidden: int, outputs: int) -> Weights:
    """Random signs for the members' scales, He's initialisation for the layers.

    Args:
        rng: Draws them.
        members: Networks that share the hidden layers.
        inputs: Columns after encoding.
        hidden: Units of each hidden layer.
        outputs: Raw outputs of a member.
    """

    def normal(*shape: int, fan_in: int) -> Floats:
        return np.asarray(rng.normal(scale=np.sqrt(2.0 / fan_in), size=shape), dtype=np.float32)

    return {
        "scale": rng.choice([-1.0, 1.0], size=(members, inputs)).astype(np.float32),
        "w1": normal(inputs, hidden, fan_in=inputs),
        "b1": np.zeros(hidden, dtype=np.float32),
        "w2": normal(hidden, hidden, fan_in=hidden),
        "b2": np.zeros(hidden, dtype=np.float32),
        "heads": normal(members, hidden, outputs, fan_in=4 * hidden),
        "offsets": np.zeros((members, 1, outputs), dtype=np.float32),
    }


Activations = tuple[Floats, Floats]


def forward(
    weights: Mapping[str, Floats], E: Floats, drop: Callable[[Floats], Floats] | None = None
) -> tuple[Floats, Activations]:
    """Return raw outputs (k, B, o), and the activations (k · B, H) that :func:`gradients` needs."""
    k, B = len(weights["scale"]), len(E)
    own = weights["scale"][:, :, None] * weights["w1"]  # (k, D, H): cheaper to scale than k times the rows
    first = _hidden(np.matmul(E, own).reshape(k * B, -1), weights["b1"])
    if drop is not None:
        first = drop(first)
    second = _hidden(np.matmul(first, weights["w2"]), weights["b2"])
    if drop is not None:
        second = drop(second)
    out = np.matmul(second.reshape(k, B, -1), weights["heads"]) + weights["offsets"]  # (k, B, o)
    return out, (first, second)


def _hidden(products: Floats, offset: Floats) -> Floats:
    products += offset
    return np.asarray(np.maximum(products, 0, out=products))


def gradients(weights: Weights, E: Floats, activations: Activations, d_out: Floats, keep: float) -> Weights:
    """Return the gradient of every weight, given the gradient (k, B, o) of the raw outputs.

    A unit that was dropped or is off has an activation of 0, and passes nothing back; what is on was scaled by
    1 / *keep* on the way forward.

    Args:
        weights: Current weights.
        E: Encoded rows of the batch, (B, inputs).
        activations: Of both hidden layers, from the forward pass.
        d_out: Gradient of the loss with respect to the raw outputs.
        keep: Probability that a unit is not dropped.
    """
    first, second = activations
    k, B, scaled = len(weights["scale"]), len(E), np.float32(1.0 / keep)
    grads: Weights = {"offsets": d_out.sum(axis=1, keepdims=True)}
    grads["heads"] = np.matmul(second.reshape(k, B, -1).transpose(0, 2, 1), d_out)
    back = np.matmul(d_out, weights["heads"].transpose(0, 2, 1)).reshape(k * B, -1)  # (k · B, H)
    back *= scaled * (second > 0)
    grads["w2"], grads["b2"] = first.T @ back, back.sum(axis=0)
    back = back @ weights["w2"].T
    back *= scaled * (first > 0)
    grads["b1"] = back.sum(axis=0)
    own = np.matmul(E.T, back.reshape(k, B, -1))  # (k, D, H): of each member's scaled copy of w1
    grads["w1"] = (weights["scale"][:, :, None] * own).sum(axis=0)
    grads["scale"] = (weights["w1"] * own).sum(axis=2)
    return grads
