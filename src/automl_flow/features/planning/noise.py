"""Noise columns, found by comparison with shuffled copies."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.seeds import generator
from automl_flow.features.planning.plan import FeaturePlan
from automl_flow.features.planning.proxy_model import SEEDS, Frames, ProxyModel, join, without
from automl_flow.recipes.preprocessor import safe_names
from automl_flow.recipes.recipe import Recipe
from automl_flow.recipes.step import STEPS

_MAX_SHADOWS = 60
_QUANTILE = 0.75  # of the shadows' importance; the test on the folds decides
_MIN_COLUMNS = 4
_MARK = "+shadow+"


def noise_columns(
    proxy: ProxyModel, recipe: Recipe, plan: FeaturePlan, pays: Callable[[NDArray[np.float64]], bool]
) -> tuple[str, ...]:
    """Find columns without which models are better.

    Shuffled copies of columns compete with the columns themselves (after Kursa and Rudnicki, "Feature selection with
    the Boruta package", 2010, with one round instead of many). Numbers that matter less than most shuffled numbers,
    and categories that matter less than their own shuffled copy, are left out together; if that does not pay, the
    weaker half of them is tried, and if that does not pay either, nothing is dropped. That the loss of one small model
    does not rise is not enough: where many columns have a weak signal, other models see more of it.

    Args:
        proxy: Evaluates features.
        recipe: Recipe of the table.
        plan: The features that were kept; they stay.
        pays: Whether gains on the folds are more than noise.

    Returns:
        Raw names, in the order of the table; never all columns.
    """
    raw = {safe: name for name, safe in safe_names([c.name for c in proxy.profile.columns]).items()}
    kinds = {c: STEPS.get(step.name).kind for step in recipe.steps for c in step.columns}
    frames = proxy.features(recipe, plan)
    single = [name for name in frames[0][0].columns if kinds.get(raw.get(name, "")) in {"number", "rank", "label"}]
    if len(single) < _MIN_COLUMNS:
        return ()
    labels = {name for name in single if kinds[raw[name]] == "label"}
    weak = _weak(proxy, frames, single, labels)
    before = proxy.mean_losses(frames) if weak else np.empty(0)
    for candidates in (weak, weak[: len(weak) // 2]):
        if not candidates or len(candidates) == frames[0][0].shape[1]:
            continue
        if pays(before - proxy.mean_losses(without(frames, set(candidates)))):
            out = {raw[name] for name in candidates}
            return tuple(column.name for column in proxy.profile.columns if column.name in out)
    return ()


def _weak(proxy: ProxyModel, frames: Frames, single: list[str], labels: set[str]) -> list[str]:
    """Columns that lose against shadows, the weakest first."""
    random = generator(proxy.seed, "shadows")
    numbers = [name for name in single if name not in labels]
    shadowed = [*sorted(labels)[:_MAX_SHADOWS], *_some(numbers, random)]
    importance = proxy.losses(join(frames, _shadows(frames, shadowed, random)), SEEDS[0]).importance
    pool = [importance[_MARK + name] for name in shadowed if name not in labels]
    limit = float(np.quantile(pool, _QUANTILE)) if pool else 0.0

    def loses(name: str) -> bool:
        return importance[name] <= (importance.get(_MARK + name, -1.0) if name in labels else limit)

    return sorted((name for name in single if loses(name)), key=lambda name: (importance[name], name))


def _some(names: list[str], random: np.random.Generator) -> list[str]:
    if len(names) <= _MAX_SHADOWS:
        return names
    return [names[i] for i in np.sort(random.choice(len(names), size=_MAX_SHADOWS, replace=False))]


def _shadows(frames: Frames, names: list[str], random: np.random.Generator) -> Frames:
    """The columns called *names* with shuffled rows, in training; their values do not matter in validation."""
    made = []
    for train, valid in frames:
        columns = {_MARK + name: train[name].array.take(random.permutation(len(train))) for name in names}
        copies = {_MARK + name: valid[name].array for name in names}
        made.append(
            (pd.DataFrame(columns, index=train.index, copy=False), pd.DataFrame(copies, index=valid.index, copy=False))
        )
    return tuple(made)
