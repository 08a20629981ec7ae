"""Which features are worth making: every proposal is judged on its out-of-fold gain."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.progress import Progress, silent_progress
from automl_flow.features.config import FeatureConfig
from automl_flow.features.judge import (
    SEEDS,
    Fold,
    Frames,
    Judge,
    Judgement,
    OutOfTimeError,
    join,
    make_judge,
    standard_error,
    without,
)
from automl_flow.features.maker import MAKERS, Evidence, Proposal, narrowed
from automl_flow.features.noise import noise_columns
from automl_flow.features.plan import FeaturePlan, PlannedMaker
from automl_flow.recipes.preprocessor import safe_names
from automl_flow.recipes.recipe import Recipe
from automl_flow.recipes.step import STEPS
from automl_flow.tasks.profile import Profile
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import Target

_JUDGED_COLUMNS = 200  # on wider tables, proposals are judged beside the strongest ones only
_FIRST_FOLDS = 2  # a proposal that does harm here is not judged further


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
    """Choose features by their out-of-fold gain, one proposal after the other.

    A small LightGBM model is fitted with and without the features of a proposal, on the same folds and with the same
    seeds. The proposal is kept if the loss falls in most folds, and by more on average than ``noise_factor`` standard
    errors of the paired differences; what is kept stands beside what is judged later. Then columns that matter less
    than shuffled copies of columns are dropped, by the same rule.

    Args:
        X: Raw feature columns of the rows that may be learned from (no holdout).
        target: Their target.
        task: Names the metric.
        profile: Profile of the table.
        recipe: Recipe of the table.
        folds: Training and validation positions in *X*.
        config: What may be proposed and spent.
        seed: Same seed, same plan, whatever the machine's speed (unless ``config.seconds`` strikes).
        progress: Is told about every proposal.

    Raises:
        ConfigError: ``config.makers`` names an unknown maker.
    """
    _check_makers(config)
    progress = progress if progress is not None else silent_progress()
    judge = make_judge(X, target, task, profile, folds=folds, config=config, seed=seed)
    if not config.enabled or not _readable(recipe) or len(judge.folds) < 2:
        return FeaturePlan()
    progress.start("feature planning: scoring the original columns")
    try:
        planning = _Planning.begin(judge, recipe, config)
    except OutOfTimeError:
        progress.finish()
        progress.note(f"no features were planned: judging the table took more than {config.seconds:g} s")
        return FeaturePlan()
    proposals = _proposals(_evidence(planning, profile, recipe, config, free_of=task.monotone), config)
    progress.start("feature planning", len(proposals) + config.select)
    for name, proposal in proposals:
        progress.advance(planning.consider(name, proposal))
    dropped: tuple[str, ...] = ()
    if config.select and planning.may_fit(7 * len(judge.folds)):
        with suppress(OutOfTimeError):
            dropped = noise_columns(judge, recipe, planning.plan(), pays=lambda gains: planning.decide(gains)[0])
        progress.advance(f"{len(dropped) or 'no'} columns dropped")
    progress.finish()
    return FeaturePlan(tuple(planning.made), dropped)


@dataclass
class _Planning:
    """The plan so far, with the features and the losses that go with it."""

    judge: Judge
    recipe: Recipe
    config: FeatureConfig
    frames: Frames
    losses: NDArray[np.float64]  # (models, folds)
    seed_noise: float  # standard error of the mean loss that comes from the model's seed alone
    strength: dict[str, float]
    made: list[PlannedMaker]
    features: int

    @classmethod
    def begin(cls, judge: Judge, recipe: Recipe, config: FeatureConfig) -> _Planning:
        """Judge the table as it is."""
        frames = judge.features(recipe, FeaturePlan())
        judgements = [judge.losses(frames, model) for model in SEEDS]
        strength = {n: float(np.mean([j.importance[n] for j in judgements])) for n in judgements[0].importance}
        if len(strength) > _JUDGED_COLUMNS:
            weakest = sorted(strength, key=lambda name: (-strength[name], name))[_JUDGED_COLUMNS:]
            frames = without(frames, set(weakest))
            judgements = [judge.losses(frames, model) for model in SEEDS]
        losses = np.array([judgement.losses for judgement in judgements])
        return cls(judge, recipe, config, frames, losses, standard_error(losses[0] - losses[1]) / 2, strength, [], 0)

    def plan(self) -> FeaturePlan:
        """What is planned so far."""
        return FeaturePlan(tuple(self.made))

    def may_fit(self, count: int) -> bool:
        """Whether *count* more models may be fitted."""
        return self.judge.fits + count <= self.config.max_evaluations

    def consider(self, name: str, proposal: Proposal) -> str:
        """Judge a proposal, keep it if it helps, and say what was decided."""
        if self.features + proposal.size > self.config.max_features:
            reason = f"not judged: would exceed {self.config.max_features} features"
            made = PlannedMaker(name, proposal.columns, proposal.options, None, kept=False, reason=reason)
        elif not self.may_fit(len(SEEDS) * len(self.judge.folds)):
            reason = f"not judged: the budget of {self.config.max_evaluations} model fits is spent"
            made = PlannedMaker(name, proposal.columns, proposal.options, None, kept=False, reason=reason)
        else:
            made = self._judge_in_time(name, proposal)
        self.made.append(made)
        return f"{name}: {made.reason}"

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

    def _judge_in_time(self, name: str, proposal: Proposal) -> PlannedMaker:
        try:
            return self._judge(name, proposal)
        except OutOfTimeError:
            reason = f"not judged: the {self.config.seconds:g} s for feature engineering are over"
            return PlannedMaker(name, proposal.columns, proposal.options, None, kept=False, reason=reason)

    def _judge(self, name: str, proposal: Proposal) -> PlannedMaker:
        """Judge a proposal on the first folds, then on all, then without those of its features that matter little."""
        alone = self._alone(name, proposal)
        first = join(self.frames[:_FIRST_FOLDS], self.judge.features(self.recipe, alone, slice(_FIRST_FOLDS)))
        begun = self.judge.losses(first, SEEDS[0])
        early = float(np.mean(self.losses[0, :_FIRST_FOLDS] - begun.losses))
        if early <= 0:
            return _planned(name, proposal, early, f"no gain in the first {len(first)} folds")
        rest = self.judge.features(self.recipe, alone, slice(_FIRST_FOLDS, None))
        frames = (*first, *join(self.frames[_FIRST_FOLDS:], rest))
        losses = self._losses(frames, begun)
        narrow = narrowed(proposal, [begun.importance[n] for n in first[0][0].columns[self.frames[0][0].shape[1] :]])
        if narrow is not proposal and self.may_fit(len(SEEDS) * len(self.judge.folds)):
            smaller = join(self.frames, self.judge.features(self.recipe, self._alone(name, narrow)))
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
        return FeaturePlan((PlannedMaker(name, proposal.columns, proposal.options),), dropped=everything)

    def _losses(self, frames: Frames, begun: Judgement | None = None) -> NDArray[np.float64]:
        """Losses of all models on all folds; those of the first model's first folds may be known."""
        done = begun.losses if begun is not None else np.empty(0)
        rest = self.judge.losses(frames[len(done) :], SEEDS[0], len(done)).losses
        return np.array([np.append(done, rest), *(self.judge.losses(frames, model).losses for model in SEEDS[1:])])


def _planned(name: str, proposal: Proposal, gain: float, reason: str, *, kept: bool = False) -> PlannedMaker:
    """What is written down; six digits, so that the document does not depend on the last bits of a sum."""
    rounded = float(f"{gain:.6g}") if np.isfinite(gain) else 0.0
    return PlannedMaker(name, proposal.columns, proposal.options, rounded, kept, reason)


def _check_makers(config: FeatureConfig) -> None:
    for name in config.makers or ():
        if name not in MAKERS.names():
            raise ConfigError(f"feature_engineering.makers: unknown maker {name!r}{nearest(name, MAKERS.names())}")
        MAKERS.get(name)  # says which library is missing


def _readable(recipe: Recipe) -> bool:
    return any(STEPS.get(step.name).kind is not None and step.columns for step in recipe.steps)


def _evidence(
    planning: _Planning, profile: Profile, recipe: Recipe, config: FeatureConfig, *, free_of: Collection[str]
) -> Evidence:
    """What proposals may go by; nothing is made of the columns *free_of*: it would go round their constraint."""
    names = safe_names([column.name for column in profile.columns])
    position = {column.name: place for place, column in enumerate(profile.columns)}

    def strongest(*kinds: str) -> tuple[str, ...]:
        found = [c for step in recipe.steps if STEPS.get(step.name).kind in kinds for c in step.columns]
        found = [c for c in found if c not in free_of]
        return tuple(sorted(found, key=lambda c: (-planning.strength.get(names[c], 0.0), position[c])))

    return Evidence(
        n_rows=len(planning.judge.X),
        n_outputs=planning.judge.target.outputs,
        numbers=strongest("number", "rank"),
        labels=strongest("label"),
        dates=strongest("date"),
        texts=strongest("text"),
        missing={column.name: column.missing for column in profile.columns},
        unique={column.name: column.unique for column in profile.columns},
        strong=config.strong,
    )


def _proposals(evidence: Evidence, config: FeatureConfig) -> list[tuple[str, Proposal]]:
    makers = MAKERS.available()
    chosen = [name for name in makers if config.makers is None or name in config.makers]
    ordered = sorted(chosen, key=lambda name: (makers[name].order, name))
    return [(name, proposal) for name in ordered for proposal in makers[name].propose(evidence)]
