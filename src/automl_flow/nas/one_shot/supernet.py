"""A network that holds all architectures of a space: a mixture stands at every site that a choice decides.

The network around these sites is that of the space's reference architecture. All sites of one choice (the cells of
a stack, the blocks of a stage) have weights of their own and share the alphas of the choice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.nn.modules.batchnorm import _BatchNorm

from automl_flow.core.errors import ConfigError
from automl_flow.nas.operations import OPERATIONS
from automl_flow.nas.operations.base import OpSite
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces import SPACES, make_space
from automl_flow.nas.spaces.base import Space, Value


@dataclass
class Mixture:
    """The weights and paths that mixed operations run with, shared by all of them.

    Attributes:
        weights: Weights of the operations of a choice, (K,). A choice without weights must have a path.
        paths: The one operation of a choice that runs, where only one does; its weight scales it if there is one.
        scales: Factors of choices that are inputs of a sum; 1 for those without an entry.
    """

    weights: dict[str, Tensor] = field(default_factory=dict)
    paths: dict[str, int] = field(default_factory=dict)
    scales: dict[str, Tensor] = field(default_factory=dict)


class MixedOperation(nn.Module):
    """All operations of a site, mixed by the shared mixture.

    With *partial* k > 1 only one channel in k is mixed and the others bypass it; channels are then shuffled so that the
    next mixture sees others (PC-DARTS, Xu et al. 2020). Where a site changes the shape, all are mixed.

    Shape:
        - Input: (N, C_in, …)
        - Output: (N, C_out, …)
    """

    def __init__(self, name: str, site: OpSite, options: Sequence[str], mixture: Mixture, partial: int = 1) -> None:
        super().__init__()
        self.name, self.mixture = name, mixture
        self.partial = partial if _divisible(site, partial) else 1
        mixed = site.channels_in // self.partial
        if self.partial > 1:
            site = replace(site, channels_in=mixed, channels_out=mixed)
        self.mixed = mixed
        self.operations = nn.ModuleList(OPERATIONS.get(option).build(site) for option in options)

    def forward(self, x: Tensor) -> Tensor:
        """Mix."""
        y, scale = self._shuffled(x), self.mixture.scales.get(self.name)
        return y if scale is None else scale * y

    def _shuffled(self, x: Tensor) -> Tensor:
        """The mixed channels, interleaved with those that bypass the mixture."""
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


def _divisible(site: OpSite, partial: int) -> bool:
    """Whether channels can bypass the mixture: the shape stays, and the mixed ones fit two directions."""
    same = site.channels_in == site.channels_out and site.stride == 1
    return same and site.channels_in % (2 * partial) == 0


class Supernet(nn.Module):
    """The supernet of a space.

    Attributes:
        options: Operations of each choice that has a site in the network.
        alphas: Logits per choice, (K,); zero at first.
        betas: With edge normalisation, logits of the inputs of each sum, keyed by the first input.
        mixture: The mixture of the next forward pass.
        network: The network with its mixtures.
        reference: Parameters of the architecture around the mixtures; those that are not relaxed keep these values.

    Shape:
        - Input: (N, …) as the space's networks
        - Output: (N, outputs)
    """

    def __init__(self, space: Space, shape: DataShape, partial: int = 1, *, normalised: bool = False) -> None:
        """Build the supernet of *space*.

        Args:
            space: What is relaxed.
            shape: The data.
            partial: One channel in *partial* is mixed, the others bypass the mixture.
            normalised: Learn a factor for each input of a sum (edge normalisation, Xu et al. 2020).

        Raises:
            ConfigError: The space has no choice between operations.
        """
        super().__init__()
        choices = relaxable(space, shape)
        self.options: dict[str, tuple[str, ...]] = {}
        self.mixture = Mixture()
        reference = space.reference(shape)
        self.reference: dict[str, Value] = dict(reference.params)

        def op_factory(name: str, site: OpSite) -> nn.Module:
            self.options[name] = choices[name]
            return MixedOperation(name, replace(site, affine=False, dropout=0.0), choices[name], self.mixture, partial)

        self.network = space.build(reference, shape, op_factory)
        self.alphas = nn.ParameterDict({name: torch.zeros(len(ops)) for name, ops in self.options.items()})
        self.node_inputs = [
            inputs for inputs in space.node_inputs(shape) if normalised and set(inputs) <= set(self.options)
        ]
        self.betas = nn.ParameterDict({inputs[0]: torch.zeros(len(inputs)) for inputs in self.node_inputs})

    def forward(self, x: Tensor) -> Tensor:
        """Run the current mixture."""
        return self.network(x)  # type: ignore[no-any-return]

    def weights(self) -> list[nn.Parameter]:
        """The weights of the network, which is everything but alphas and betas."""
        return list(self.network.parameters())

    def architecture_parameters(self) -> list[nn.Parameter]:
        """Alphas and betas, which the strategies learn."""
        return [*self.alphas.values(), *self.betas.values()]

    def scales(self) -> dict[str, Tensor]:
        """Factors of the choices that are inputs of a sum; equal betas give 1, the plain sum."""
        shares = {inputs: len(inputs) * self.betas[inputs[0]].softmax(0) for inputs in self.node_inputs}
        return {name: share[i] for inputs, share in shares.items() for i, name in enumerate(inputs)}

    def set_mixture(self, weights: Mapping[str, Tensor], paths: Mapping[str, int] | None = None) -> None:
        """Set the mixture of the next forward passes."""
        self.mixture.weights, self.mixture.paths = dict(weights), dict(paths or {})
        self.mixture.scales = self.scales()

    def params(self, paths: Mapping[str, int]) -> dict[str, Value]:
        """The full parameters of the architecture that *paths* choose; all else is as in the reference."""
        chosen = {name: self.options[name][index] for name, index in paths.items()}
        return {**self.reference, **chosen}

    def parameter_free(self, name: str) -> Tensor:
        """Mask of the operations of a choice that have no parameters, (K,) booleans."""
        return torch.tensor([OPERATIONS.get(option).parameter_free for option in self.options[name]])

    @torch.no_grad()
    def predict(self, inputs: Tensor, paths: Mapping[str, int], batch: int = 512) -> Tensor:
        """Outputs of one architecture with inherited weights, (n, outputs).

        Batch norms use the statistics of the batch, because the running ones mix those of other architectures.
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
