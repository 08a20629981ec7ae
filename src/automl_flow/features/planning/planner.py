"""Feature planning: proposals are kept by their out-of-fold gain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.progress import Progress, silent_progress
from automl_flow.features.generator import GENERATORS, FeatureContext, Proposal
from automl_flow.features.planning.config import FeatureConfig
from automl_flow.features.planning.noise import noise_columns
from automl_flow.features.planning.plan import FeaturePlan, PlannedFeatures
from automl_flow.features.planning.proxy_model import (
    SEEDS,
    FoldLosses,
    Frames,
    OutOfTimeError,
    ProxyModel,
    join,
    make_proxy_model,
    standard_error,
    without,
)
from automl_flow.recipes.preprocessor import safe_names
from automl_flow.recipes.recipe import Recipe
from automl_flow.recipes.step import STEPS
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Fold
from automl_flow.tasks.target import Target

_MAX_COLUMNS = 200  # on wider tables, proposals are evaluated next to the strongest columns only
_FIRST_FOLDS = 2  # a proposal that does not help here is not evaluated on the others


def plan_features(
    X: pd.DataFrame,
    target: Target,
    task: TaskSpec,
    profile: Profile,
    recipe: Recipe,
    *,
    folds: Sequence[Fold],
    config: FeatureConfig,
    seed: int,
    progress: Progress | None = None,
) -> FeaturePlan:
    """Choose features by their out-of-fold gain, one proposal after the other; none for several targets.

    A small LightGBM model is fitted with and without the features of a proposal, on the same folds and with the same
    seeds. The proposal is kept if the loss falls in most folds, and by more on average than ``noise_factor`` standard
    errors of the paired differences; what is kept stays for those evaluated later. Then columns that matter less
    than shuffled copies of columns are dropped, by the same rule.

    Args:
        X: Raw feature columns of the rows that may be learned from (no holdout).
        target: Their target.
        task: Names the metric.
        profile: Profile of the table.
        recipe: Recipe of the table.
        folds: Training and validation positions in *X*.
        config: What may be proposed and spent.
        seed: The same seed gives the same plan, whatever the speed of the machine (unless ``config.seconds`` runs out).
        progress: Notified of every proposal.

    Raises:
        ConfigError: ``config.generators`` names an unknown generator.
    """
    _check_generators(config)
    progress = progress if progress is not None else silent_progress()
    if task.problem_type.multiple_targets:
        progress.note("no features are planned: the model that scores them predicts one target")
        return FeaturePlan()
    proxy = make_proxy_model(X, target, task, profile, folds=folds, config=config, seed=seed)
    if not config.enabled or not _readable(recipe) or len(proxy.folds) < 2:
        return FeaturePlan()
    progress.start("feature planning: scoring the original columns")
    try:
        planning = _Planning.begin(proxy, recipe, config)
    except OutOfTimeError:
        progress.finish()
        progress.note(f"no features were planned: evaluating the table took more than {config.seconds:g} s")
        return FeaturePlan()
    proposals = _proposals(_context(planning, profile, recipe, config, excluded=task.monotone), config)
    progress.start("feature planning", len(proposals) + config.select)
    for name, proposal in proposals:
        progress.advance(planning.consider(name, proposal))
    dropped: tuple[str, ...] = ()
    if config.select and planning.may_fit(7 * len(proxy.folds)):
        with suppress(OutOfTimeError):
            dropped = noise_columns(proxy, recipe, planning.plan(), pays=lambda gains: planning.decide(gains)[0])
        progress.advance(f"{len(dropped) or 'no'} columns dropped")
    progress.finish()
    return FeaturePlan(tuple(planning.proposals), dropped)


@dataclass
class _Planning:
    """The plan so far, with the features and the losses that go with it."""

    proxy: ProxyModel
    recipe: Recipe
    config: FeatureConfig
    frames: Frames
    losses: NDArray[np.float64]  # (models, folds)
    seed_noise: float  # standard error of the mean loss that comes from the model's seed alone
    strength: dict[str, float]
    proposals: list[PlannedFeatures]
    features: int

    @classmethod
    def begin(cls, proxy: ProxyModel, recipe: Recipe, config: FeatureConfig) -> _Planning:
        """ProxyModel the table as it is."""
        frames = proxy.features(recipe, FeaturePlan())
        scores = [proxy.losses(frames, model) for model in SEEDS]
        strength = {n: float(np.mean([j.importance[n] for j in scores])) for n in scores[0].importance}
        if len(strength) > _MAX_COLUMNS:
            weakest = sorted(strength, key=lambda name: (-strength[name], name))[_MAX_COLUMNS:]
            frames = without(frames, set(weakest))
            scores = [proxy.losses(frames, model) for model in SEEDS]
        losses = np.array([score.losses for score in scores])
        return cls(proxy, recipe, config, frames, losses, standard_error(losses[0] - losses[1]) / 2, strength, [], 0)

    def plan(self) -> FeaturePlan:
        """What is planned so far."""
        return FeaturePlan(tuple(self.proposals))

    def may_fit(self, count: int) -> bool:
        """Whether *count* more models may be fitted."""
        return self.proxy.fits + count <= self.config.max_evaluations

    def consider(self, name: str, proposal: Proposal) -> str:
        """ProxyModel a proposal, keep it if it helps, and say what was decided."""
        if self.features + proposal.size > self.config.max_features:
            reason = f"not evaluated: would exceed {self.config.max_features} features"
            planned = PlannedFeatures(name, proposal.columns, proposal.options, None, kept=False, reason=reason)
        elif not self.may_fit(len(SEEDS) * len(self.proxy.folds)):
            reason = f"not evaluated: the budget of {self.config.max_evaluations} model fits is spent"
            planned = PlannedFeatures(name, proposal.columns, proposal.options, None, kept=False, reason=reason)
        else:
            planned = self._evaluate_in_time(name, proposal)
        self.proposals.append(planned)
        return f"{name}: {planned.reason}"

    def decide(self, gains: NDArray[np.float64]) -> tuple[bool, str]:
        """Whether paired differences on the folds are more than noise (one-standard-error rule), and why."""
        mean, error = float(gains.mean()), max(standard_error(gains), self.seed_noise)
        wins = int((gains > 0).sum())
        facts = f"gain {mean:.3g} ± {error:.2g}, better in {wins} of {len(gains)} folds"
        if not np.isfinite(mean) or mean <= self.config.noise_factor * error or wins * 2 <= len(gains):
            return False, f"within the noise of the folds: {facts}"
        if mean < self.config.min_gain * abs(float(self.losses.mean())):
            return False, f"too small: {facts}"
        return True, facts

    def _evaluate_in_time(self, name: str, proposal: Proposal) -> PlannedFeatures:
        try:
            return self._evaluate(name, proposal)
        except OutOfTimeError:
            reason = f"not evaluated: the {self.config.seconds:g} s for feature engineering are used up"
            return PlannedFeatures(name, proposal.columns, proposal.options, None, kept=False, reason=reason)

    def _evaluate(self, name: str, proposal: Proposal) -> PlannedFeatures:
        """Evaluate a proposal on the first folds, then on all, then without its features that matter little."""
        alone = self._alone(name, proposal)
        first = join(self.frames[:_FIRST_FOLDS], self.proxy.features(self.recipe, alone, slice(_FIRST_FOLDS)))
        begun = self.proxy.losses(first, SEEDS[0])
        early = float(np.mean(self.losses[0, :_FIRST_FOLDS] - begun.losses))
        if early <= 0:
            return _planned(name, proposal, early, f"no gain in the first {len(first)} folds")
        rest = self.proxy.features(self.recipe, alone, slice(_FIRST_FOLDS, None))
        frames = (*first, *join(self.frames[_FIRST_FOLDS:], rest))
        losses = self._losses(frames, begun)
        narrow = narrowed(proposal, [begun.importance[n] for n in first[0][0].columns[self.frames[0][0].shape[1] :]])
        if narrow is not proposal and self.may_fit(len(SEEDS) * len(self.proxy.folds)):
            smaller = join(self.frames, self.proxy.features(self.recipe, self._alone(name, narrow)))
            smaller_losses = self._losses(smaller)
            worse = np.mean(smaller_losses - losses, axis=0)
            if float(smaller_losses.mean()) <= float(losses.mean()) + standard_error(worse):
                proposal, frames, losses = narrow, smaller, smaller_losses
        gains = np.mean(self.losses - losses, axis=0)
        kept, reason = self.decide(gains)
        if kept:
            self.frames, self.losses = frames, losses
            self.features += proposal.size
        return _planned(name, proposal, float(gains.mean()), reason, kept=kept)

    def _alone(self, name: str, proposal: Proposal) -> FeaturePlan:
        """A plan of the proposal's features and nothing else."""
        everything = tuple(column for step in self.recipe.steps for column in step.columns)
        return FeaturePlan((PlannedFeatures(name, proposal.columns, proposal.options),), dropped=everything)

    def _losses(self, frames: Frames, begun: FoldLosses | None = None) -> NDArray[np.float64]:
        """Losses of all models on all folds; those of the first model's first folds may be known."""
        done = begun.losses if begun is not None else np.empty(0)
        rest = self.proxy.losses(frames[len(done) :], SEEDS[0], len(done)).losses
        return np.array([np.append(done, rest), *(self.proxy.losses(frames, model).losses for model in SEEDS[1:])])


def _planned(name: str, proposal: Proposal, gain: float, reason: str, *, kept: bool = False) -> PlannedFeatures:
    """What is written down; six digits, so that the document does not depend on the last bits of a sum."""
    rounded = float(f"{gain:.6g}") if np.isfinite(gain) else 0.0
    return PlannedFeatures(name, proposal.columns, proposal.options, rounded, kept, reason)


def narrowed(proposal: Proposal, importance: Sequence[float]) -> Proposal:
    """Keep the pairs of a proposal (its option ``pairs``) that matter as much as the average feature of the proposal.

    Args:
        proposal: What was proposed; returned as it is when it has no pairs, or when all matter alike.
        importance: Importance of each of its features; every pair has as many as any other, in the order of the pairs.
    """
    pairs = proposal.options.get("pairs", [])
    if len(pairs) < 2 or len(importance) % len(pairs):
        return proposal
    each = len(importance) // len(pairs)
    weight = [sum(importance[each * i : each * (i + 1)]) for i in range(len(pairs))]
    kept = [pair for pair, share in zip(pairs, weight, strict=True) if share >= sum(weight) / len(pairs)]
    if len(kept) == len(pairs):
        return proposal
    return Proposal(proposal.columns, {**proposal.options, "pairs": kept}, each * len(kept))


def _check_generators(config: FeatureConfig) -> None:
    for name in config.generators or ():
        if name not in GENERATORS.names():
            raise ConfigError(
                f"feature_engineering.generators: unknown generator {name!r}{nearest(name, GENERATORS.names())}"
            )
        GENERATORS.get(name)  # says which library is missing


def _readable(recipe: Recipe) -> bool:
    return any(STEPS.get(step.name).kind is not None and step.columns for step in recipe.steps)


def _context(
    planning: _Planning, profile: Profile, recipe: Recipe, config: FeatureConfig, *, excluded: Collection[str]
) -> FeatureContext:
    """What generators know of the table; features of *excluded* columns would bypass their constraint."""
    names = safe_names([column.name for column in profile.columns])
    position = {column.name: place for place, column in enumerate(profile.columns)}

    def strongest(*kinds: str) -> tuple[str, ...]:
        found = [c for step in recipe.steps if STEPS.get(step.name).kind in kinds for c in step.columns]
        found = [c for c in found if c not in excluded]
        return tuple(sorted(found, key=lambda c: (-planning.strength.get(names[c], 0.0), position[c])))

    return FeatureContext(
        n_rows=len(planning.proxy.X),
        n_outputs=planning.proxy.target.outputs,
        numbers=strongest("number", "rank"),
        labels=strongest("label"),
        dates=strongest("date"),
        texts=strongest("text"),
        missing={column.name: column.missing for column in profile.columns},
        unique={column.name: column.unique for column in profile.columns},
        strong=config.strong,
    )


def _proposals(context: FeatureContext, config: FeatureConfig) -> list[tuple[str, Proposal]]:
    generators = GENERATORS.available()
    chosen = [name for name in generators if config.generators is None or name in config.generators]
    ordered = sorted(chosen, key=lambda name: (generators[name].order, name))
    return [(name, proposal) for name in ordered for proposal in generators[name].propose(context)]
