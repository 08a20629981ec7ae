"""The preprocessor: an unfitted scikit-learn transformer, built from a recipe and a feature plan."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from automl_flow.core.errors import DataError, nearest
from automl_flow.core.seeds import derive_seed
from automl_flow.recipes.recipe import Recipe
from automl_flow.recipes.step import STEPS, Encoding, Kind
from automl_flow.tasks.profile import Profile

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline


@dataclass(frozen=True)
class ColumnBlock:
    """A group of columns, an optional transformer, and the step that encodes the result.

    Attributes:
        name: Unique name.
        columns: Typed columns that it takes.
        transformer: Unfitted; takes a DataFrame of these columns; ``None`` passes them to the step as they are.
        step: Name of the step that encodes the result.
        options: Options of that step.
    """

    name: str
    columns: tuple[str, ...]
    transformer: Any
    step: str
    options: dict[str, Any]


class PreprocessorPlan(Protocol):
    """The part of a feature plan that a preprocessor uses."""

    @property
    def dropped(self) -> tuple[str, ...]:
        """Columns that models do not see, though features may be made of them."""

    def blocks(self, names: dict[str, str], seed: int) -> Sequence[ColumnBlock]:
        """One block per proposal that was kept; *names* are the typed columns' names by raw name."""


def build_preprocessor(
    recipe: Recipe, plan: PreprocessorPlan | None, profile: Profile, encoding: Encoding, seed: int
) -> Pipeline:
    """Build the transformer that turns raw rows into what a model family reads.

    The result is a scikit-learn pipeline: typed columns, then one block per step and per kept proposal of a
    feature generator. It learns (labels, medians, target means, …) only from what it is fitted on; fit it inside the
    fold.

    Args:
        recipe: Steps.
        plan: Feature plan, or ``None``.
        profile: Profile of the table: the names of all columns, in order.
        encoding: ``scaled`` (dense float32 without gaps: linear models, neighbours, networks), ``ordinal`` (dense
            floats, NaN where missing: forests, boosting) or ``native`` (DataFrame of floats and pandas categories).
        seed: For cross-fitting and randomised decompositions.

    Raises:
        ConfigError: The recipe names an unknown step or option.
        DataError: No column is left to learn from, or the recipe or the plan names a column that the profile lacks.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.pipeline import Pipeline

    from automl_flow.recipes.transformers.typed_columns import TypedColumns

    kinds, orders = _read_as(recipe)
    names = safe_names([column.name for column in profile.columns])
    _check_columns(kinds, names)
    names = {raw: name for raw, name in names.items() if raw in kinds}
    dropped = plan.dropped if plan is not None else ()
    blocks = [*_step_blocks(recipe, names, dropped), *(plan.blocks(names, seed) if plan is not None else ())]
    if not blocks:
        raise DataError("no column is left to learn from: all are identifiers, constants or left out")
    parts = [(block.name, _encode(block, encoding, seed), list(block.columns)) for block in blocks]
    used = {column for block in blocks for column in block.columns}
    typed = TypedColumns(
        kinds={raw: kinds[raw] for raw, name in names.items() if name in used},
        names={raw: name for raw, name in names.items() if name in used},
        orders={raw: order for raw, order in orders.items() if names[raw] in used},
    )
    encode = ColumnTransformer(parts, verbose_feature_names_out=False)
    if encoding == "native":
        encode.set_output(transform="pandas")
    return Pipeline([("columns", typed), ("encode", encode)])


def safe_names(raw: Sequence[str]) -> dict[str, str]:
    """Names that every library accepts, by raw name: unique, without blanks and JSON's own characters.

    A leading ``+`` is reserved for made features.
    """
    names: dict[str, str] = {}
    taken: set[str] = set()
    for column in raw:
        name = "".join("_" if c.isspace() or c in '[]{}",:<>+\\' or not c.isprintable() else c for c in column) or "_"
        while name in taken:
            name += "_"
        taken.add(name)
        names[column] = name
    return names


def _read_as(recipe: Recipe) -> tuple[dict[str, Kind], dict[str, list[str]]]:
    """Kind of every column that is not dropped, and the orders of the ordered ones."""
    kinds: dict[str, Kind] = {}
    orders: dict[str, list[str]] = {}
    for step in recipe.steps:
        kind = STEPS.get(step.name).kind
        if kind is not None:
            kinds.update(dict.fromkeys(step.columns, kind))
        orders.update(step.options.get("orders", {}))
    return kinds, orders


def _check_columns(used: Iterable[str], valid: Iterable[str]) -> None:
    known = set(valid)
    for column in used:
        if column not in known:
            raise DataError(f"recipe: the profile has no column {column!r}{nearest(column, valid)}")


def _step_blocks(recipe: Recipe, names: dict[str, str], dropped: Sequence[str]) -> list[ColumnBlock]:
    left_out = set(dropped)
    blocks = []
    for number, step in enumerate(recipe.steps):
        if STEPS.get(step.name).kind is None:
            continue
        columns = tuple(names[column] for column in step.columns if column not in left_out)
        if columns:
            blocks.append(ColumnBlock(f"{number}.{step.name}", columns, None, step.name, dict(step.options)))
    return blocks


def _encode(block: ColumnBlock, encoding: Encoding, seed: int) -> Any:
    from sklearn.pipeline import make_pipeline

    block_seed = derive_seed(seed, "preprocessor", block.name)
    encoder = STEPS.get(block.step).transformer(block.options, encoding, block_seed, f"recipe step {block.step!r}")
    return encoder if block.transformer is None else make_pipeline(block.transformer, encoder)
