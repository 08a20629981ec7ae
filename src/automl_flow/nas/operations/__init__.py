"""Operations of the search spaces, one file per kind of operation.

A file exports ``ENTRIES``, which maps names in YAML to :class:`automl_flow.nas.operations.base.Operation` (or a single
``ENTRY``, named by the file). :data:`OPERATIONS` finds them by walking this package.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from automl_flow.core.errors import ConfigError
from automl_flow.core.registry import Registry
from automl_flow.nas.operations.base import Operation, OpFactory, OpSite
from automl_flow.nas.shape import Kind

if TYPE_CHECKING:
    from torch import nn

OPERATIONS: Registry[Operation] = Registry("automl_flow.nas.operations", "operation")


def chosen_ops(params: Mapping[str, Any]) -> OpFactory:
    """The factory of a plain network: it builds the operation that *params* name for the site."""

    def op_factory(name: str, site: OpSite) -> nn.Module:
        module = OPERATIONS.get(str(params[name])).build(site)
        module.choice = (name, str(params[name]))  # type: ignore[assignment] # so that drawings can name it
        return module

    return op_factory


def usable(names: Sequence[str], kind: Kind, source: str) -> tuple[str, ...]:
    """Check that *names* are operations for data of this kind; return them without duplicates.

    Args:
        names: Names of operations.
        kind: Kind of data.
        source: Where the names come from, for error messages.

    Raises:
        ConfigError: There are none, or one is unknown or for other data.
    """
    if not names:
        raise ConfigError(f"{source}: at least one operation is needed")
    unfit = [name for name in names if kind not in OPERATIONS.get(name).kinds]
    if unfit:
        fit = sorted(name for name, entry in OPERATIONS.available().items() if kind in entry.kinds)
        raise ConfigError(f"{source}: {', '.join(unfit)} cannot work on {kind} data; valid: {', '.join(fit)}")
    return tuple(dict.fromkeys(names))
