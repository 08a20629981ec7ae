"""Operations that stand at one place of a network, one file per kind of operation.

A file exports ``ENTRIES``, which maps names in YAML to :class:`automl_flow.nas.operations.base.Operation` (or a single
``ENTRY``, named by the file). :data:`OPERATIONS` finds them by walking this package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from automl_flow.core.errors import ConfigError
from automl_flow.core.registry import Registry
from automl_flow.nas.operations.base import Operate, Operation, Place
from automl_flow.nas.shape import Kind

if TYPE_CHECKING:
    from torch import nn

OPERATIONS: Registry[Operation] = Registry("automl_flow.nas.operations", "operation")


def named(params: Mapping[str, Any]) -> Operate:
    """Return the usual ``Operate``: the module of the one operation that *params* name for the place."""

    def operate(name: str, place: Place) -> nn.Module:
        module = OPERATIONS.get(str(params[name])).build(place)
        module.choice = (name, str(params[name]))  # type: ignore[assignment] # so that drawings can name it
        return module

    return operate


def usable(names: Sequence[str], kind: Kind, source: str) -> tuple[str, ...]:
    """Return *names* if there are any, and all are operations for data of this kind.

    Raises:
        ConfigError: The list is empty, or names something unknown or unfit.
    """
    if not names:
        raise ConfigError(f"{source}: at least one operation is needed")
    unfit = [name for name in names if kind not in OPERATIONS.get(name).kinds]
    if unfit:
        fit = sorted(name for name, entry in OPERATIONS.available().items() if kind in entry.kinds)
        raise ConfigError(f"{source}: {', '.join(unfit)} cannot work on {kind} data; valid: {', '.join(fit)}")
    return tuple(dict.fromkeys(names))
