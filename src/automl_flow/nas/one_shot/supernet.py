"""A network that holds all architectures of a space: at every place that a choice decides stands a mixture.

The network around these places is that of the space's reference architecture. All places of one choice (the cells of
a stack, the blocks of a stage) have weights of their own and share the choice's preferences, the alphas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from automl_flow.core.errors import ConfigError
from automl_flow.nas.operations import OPERATIONS
from automl_flow.nas.operations.base import Place
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import SPACES, make_space
from automl_flow.nas.spaces.base import Space, Value


@dataclass
class Mixture:
    """What every mixed operation looks up when it runs.

    Attributes:
        weights: Weights of the operations of a choice, (K,). A choice without weights must have a path.
        paths: The one operation of a choice that runs, where only one does; its weight scales it if there is one.
        scales: Factors of the results of choices that are added up with others; without one it is 1.
    """

    weights: dict[str, Tensor] = field(default_factory=dict)
    paths: dict[str, int] = field(default_factory=dict)
    scales: dict[str, Tensor] = field(default_factory=dict)


class MixedOperation(nn.Module):
    """All operations that may stand at a place, mixed as the shared mixture says.

    With *partial* k > 1 only one channel in k is mixed and the others pass by, after which channels are shuffled so
    that the next mixture sees others (PC-DARTS, Xu et al. 2020). Where a place changes the shape, all are mixed.

    Shape:
        - Input: (N, C_in, …)
        - Output: (N, C_out, …)
    """

    def __init__(self, name: str, place: Place, options: Sequence[str], mixture: Mixture, partial: int = 1) -> None:
        super().__init__()
        self.name, self.mixture = name, mixture
        self.partial = partial if _divisible(place, partial) else 1
        mixed = place.channels_in // self.partial
        if self.partial > 1:
            place = replace(place, channels_in=mixed, channels_out=mixed)
        self.mixed = mixed
        self.operations = nn.ModuleList(OPERATIONS.get(option).build(place) for option in options)

    def forward(self, x: Tensor) -> Tensor:
        """Mix."""
        y, scale = self._shuffled(x), self.mixture.scales.get(self.name)
        return y if scale is None else scale * y

    def _shuffled(self, x: Tensor) -> Tensor:
        """The mixture of the channels that are mixed, and the others between them."""
        if self.partial == 1:
            return self._mix(x)
        y = torch.cat([self._mix(x[:, : self.mixed]), x[:, self.mixed :]], 1)
        y = y.reshape(len(y), self.partial, self.mixed, *y.shape[2:])  # (N, C, …) -> (N, k, C/k, …)
        return y.transpose(1, 2).flatten(1, 2)  # (N, k, C/k, …) -> (N, C, …)

    def _mix(self, x: Tensor) -> Tensor:
        weights, path = self.mixture.weights.get(self.name), self.mixture.paths.get(self.name)
        if path is not None:
            y: Tensor = self.operations[path](x)
            return y if weights is None else weights[path] * y
        if weights is None:
            raise KeyError(f"the mixture has neither weights nor a path for choice {self.name!r}")
        terms = [weight * operation(x) for weight, operation in zip(weights, self.operations, strict=True)]
        mixed: Tensor = sum(terms[1:], start=terms[0])
        return mixed


def _divisible(place: Place, partial: int) -> bool:
    """Whether a share of the channels can pass by: the shape stays, and what is mixed fits two directions."""
    same = place.channels_in == place.channels_out and place.stride == 1
    return same and place.channels_in % (2 * partial) == 0


class Supernet(nn.Module):
    """The supernet of a space.

    Attributes:
        options: Operations of each choice that has a place in the network.
        alphas: Preferences per choice, (K,) logits; zero, that is none, at first.
        betas: Where choices are added up, and it is wanted: how much each counts, as logits by the first of them.
        mixture: What the next forward pass runs.
        network: The network with its mixtures.
        reference: Parameters of the architecture around the mixtures, which also fill what is not relaxed.

    Shape:
        - Input: (N, …) as the space's networks
        - Output: (N, outputs)
    """

    def __init__(self, space: Space, shape: DataShape, partial: int = 1, *, normalised: bool = False) -> None:
        """Build the supernet of *space*.

        Args:
            space: What is relaxed.
            shape: The data.
            partial: Mixtures pass *partial* - 1 channels in *partial* by.
            normalised: Give every sum of choices weights that are learned (edge normalisation, Xu et al. 2020).

        Raises:
            ConfigError: The space has no choice between operations.
        """
        super().__init__()
        choices = relaxable(space, shape)
        self.options: dict[str, tuple[str, ...]] = {}
        self.mixture = Mixture()
        reference = space.reference(shape)
        self.reference: dict[str, Value] = dict(reference.params)

        def operate(name: str, place: Place) -> nn.Module:
            self.options[name] = choices[name]
            return MixedOperation(name, replace(place, affine=False, dropout=0.0), choices[name], self.mixture, partial)

        self.network = space.build(reference, shape, operate)
        self.alphas = nn.ParameterDict({name: torch.zeros(len(ops)) for name, ops in self.options.items()})
        self.joins = [join for join in space.joins(shape) if normalised and set(join) <= set(self.options)]
        self.betas = nn.ParameterDict({join[0]: torch.zeros(len(join)) for join in self.joins})

    def forward(self, x: Tensor) -> Tensor:
        """Run what the mixture says."""
        return self.network(x)  # type: ignore[no-any-return]

    def weights(self) -> list[nn.Parameter]:
        """Everything that is learned apart from the alphas."""
        return list(self.network.parameters())

    def preferences(self) -> list[nn.Parameter]:
        """What the strategies learn: alphas and betas."""
        return [*self.alphas.values(), *self.betas.values()]

    def scales(self) -> dict[str, Tensor]:
        """Factors of the choices that are added up; equal betas give 1, the plain sum."""
        shares = {join: len(join) * self.betas[join[0]].softmax(0) for join in self.joins}
        return {name: share[i] for join, share in shares.items() for i, name in enumerate(join)}

    def set_mixture(self, weights: Mapping[str, Tensor], paths: Mapping[str, int] | None = None) -> None:
        """Say what the next forward passes run."""
        self.mixture.weights, self.mixture.paths = dict(weights), dict(paths or {})
        self.mixture.scales = self.scales()

    def params(self, paths: Mapping[str, int]) -> dict[str, Value]:
        """The full parameters of the architecture that *paths* choose; all else is as in the reference."""
        chosen = {name: self.options[name][index] for name, index in paths.items()}
        return {**self.reference, **chosen}

    def free(self, name: str) -> Tensor:
        """Which operations of a choice have no parameters, (K,) booleans."""
        return torch.tensor([OPERATIONS.get(option).free for option in self.options[name]])

    @torch.no_grad()
    def predict(self, inputs: Tensor, paths: Mapping[str, int], batch: int = 512) -> Tensor:
        """Outputs of one architecture with inherited weights, (n, outputs).

        Batch norms use the statistics of the batch: those that were collected are of other architectures.
        """
        self.set_mixture({}, paths)
        self.network.eval()
        for module in self.network.modules():
            if isinstance(module, _BatchNorm):
                module.train()
        parts = torch.tensor_split(inputs, -(-len(inputs) // batch))
        return torch.cat([self.network(part) for part in parts])


def relaxable(space: Space, shape: DataShape) -> dict[str, tuple[str, ...]]:
    """Return the choices of *space*.

    Raises:
        ConfigError: There is nothing to choose; the message names spaces for such data where there is.
    """
    choices = space.choices(shape)
    if any(len(options) > 1 for options in choices.values()):
        return choices
    fits = {name: cls for name, cls in SPACES.available().items() if shape.kind in cls.kinds}
    names = [name for name in fits if any(len(o) > 1 for o in make_space(name).choices(shape).values())]
    raise ConfigError(
        f"space {space.name!r} has no choice between operations that a one-shot strategy could relax; "
        f"allow several space_options.operations, or search by another strategy"
        f" (for {shape.kind} data these spaces can be relaxed: {', '.join(names)})"
    )
