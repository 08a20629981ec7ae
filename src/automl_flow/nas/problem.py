"""The problem of an architecture search, and its samples encoded fold by fold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from automl_flow.core.errors import DataError
from automl_flow.core.seeds import derive_seed, generator
from automl_flow.nas.shape import DataShape, Kind
from automl_flow.tasks.problem_types import ProblemType
from automl_flow.tasks.sequences import padding
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import Fold, Positions, SplitConfig, make_folds
from automl_flow.tasks.target import Target

if TYPE_CHECKING:
    from automl_flow.recipes.preprocessor import PreprocessorPlan
    from automl_flow.recipes.recipe import Recipe
    from automl_flow.tasks.profile import Profile

MIN_TRAINING_SAMPLES = 2  # batch norm cannot use one
MIN_VALIDATION_SAMPLES = 50  # fewer cannot tell good networks apart, so all samples are validated on, fold by fold
_KINDS: dict[str, Kind] = {"image": "image", "sequence": "sequence", "tabular": "table"}


@dataclass(frozen=True)
class NasProblem:
    """Samples, target, and which of them train and validate.

    Attributes:
        x: Images (n, height, width, channels), sequences (n, channels, steps), or a table's raw features (DataFrame).
        target: Encoded target of all n samples.
        task: Kind of problem and metric.
        train: Positions that the search may use; ``None`` is all of them.
        valid: Positions among them that trials are validated on; ``None`` draws a fraction of them, or takes
            cross-validation folds where they are few. Not used with folds.
        folds: (training, validation) positions: a trial is trained on each and validated on all validation parts
            together, so that the winner has out-of-fold predictions. Positions are into ``x``.
        weight: Sample weights, (n,).
        recipe: How a table's columns are encoded, with ``profile`` and ``plan``; fitted inside every fold. A table
            without recipe must hold finite numbers and is taken as it is.
    """

    x: Any
    target: Target
    task: TaskSpec
    train: Positions | None = None
    valid: Positions | None = None
    folds: tuple[Fold, ...] = ()
    weight: NDArray[np.float64] | None = None
    recipe: Recipe | None = None
    profile: Profile | None = None
    plan: PreprocessorPlan | None = None

    @property
    def kind(self) -> Kind:
        """Kind of data."""
        return _KINDS[self.task.modality]

    @property
    def rows(self) -> Positions:
        """Positions that the search may use."""
        return np.arange(len(self.x)) if self.train is None else np.asarray(self.train)

    def parts(self, fraction: float, seed: int, cv_folds: int | None = None) -> tuple[Fold, ...]:
        """The folds; without folds, what is drawn for them.

        Args:
            fraction: Fraction of the samples that is held out, stratified by class.
            seed: Seed of the draw.
            cv_folds: Cross-validation folds; ``None`` holds one fraction out, and takes folds where that would be
                fewer than ``MIN_VALIDATION_SAMPLES`` samples.

        Raises:
            DataError: There are too few samples to hold one out, or for the folds.
        """
        if self.folds:
            return self.folds
        if self.valid is not None:
            return ((np.setdiff1d(self.rows, self.valid), np.asarray(self.valid)),)
        valid = hold_out(self.target.values[self.rows], fraction, seed, classes=self.target.classes is not None)
        if not valid.any() or np.count_nonzero(~valid) < MIN_TRAINING_SAMPLES:
            raise DataError(
                f"too few samples to search with: {len(self.rows)}; a class (or a regression) needs at least two, "
                f"so that one can be held out, and {MIN_TRAINING_SAMPLES} must be left to train on"
            )
        if cv_folds is None:
            enough = np.count_nonzero(valid) >= MIN_VALIDATION_SAMPLES
            cv_folds = 1 if enough else min(round(1 / fraction), len(self.rows) // MIN_TRAINING_SAMPLES)
        if cv_folds <= 1:
            return ((self.rows[~valid], self.rows[valid]),)
        folds = make_folds(self.target.take(self.rows), SplitConfig(folds=cv_folds, seed=seed))
        return tuple((self.rows[fit], self.rows[valid]) for fit, valid in folds)

    def take(self, rows: Positions) -> Any:
        """Raw samples at *rows*."""
        return self.x.iloc[rows] if isinstance(self.x, pd.DataFrame) else self.x[rows]

    def training_data(self, x: NDArray[Any], rows: Positions) -> TrainingData:
        """Encoded samples *x*, which stand at *rows*, with their targets and weights."""
        weight = None if self.weight is None else np.asarray(self.weight)[rows]
        return TrainingData(x, self.target.values[rows], weight, self.task.problem_type)

    def preprocessor(self, seed: int) -> Any | None:
        """An unfitted transformer of raw rows to numbers; ``None`` where there is nothing to do."""
        if self.recipe is None or self.profile is None:
            return None
        from automl_flow.recipes.preprocessor import build_preprocessor

        return build_preprocessor(self.recipe, self.plan, self.profile, "scaled", derive_seed(seed, "preprocessor"))


@dataclass(frozen=True)
class TrainingData:
    """Encoded samples with their targets.

    Attributes:
        x: Samples as numbers.
        y: Class codes, labels, or values.
        weight: Sample weights, or ``None``.
        problem_type: Says what *y* are.
    """

    x: NDArray[Any]
    y: NDArray[Any]
    weight: NDArray[Any] | None
    problem_type: ProblemType

    def scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and deviation of each value, (k,); 0 and 1 where the outputs are probabilities."""
        if self.problem_type.has_probabilities:
            return np.zeros(1), np.ones(1)
        centre, spread = np.atleast_1d(self.y.mean(axis=0)), np.atleast_1d(self.y.std(axis=0))
        return centre, np.where(spread > 0, spread, 1.0)

    def standardised(self) -> NDArray[Any]:
        """The target as a network learns it: values of mean 0 and deviation 1, codes and labels as they are."""
        if self.problem_type.has_probabilities:
            return self.y
        centre, spread = self.scale()
        return np.asarray((self.y - centre) / spread)


@dataclass(frozen=True)
class EncodedFold:
    """Encoded training and validation samples of one fold.

    Attributes:
        fit: Training samples.
        valid: Validation samples.
        rows: Positions of the validation samples in the problem's samples.
    """

    fit: TrainingData
    valid: TrainingData
    rows: Positions


def encode_folds(
    problem: NasProblem, fraction: float, seed: int, cv_folds: int | None = None
) -> tuple[EncodedFold, ...]:
    """Encode the samples of every fold; encoders are fitted on the fold's training samples alone.

    Args:
        problem: Samples and target.
        fraction: Fraction of the samples to hold out; see :meth:`NasProblem.parts`.
        seed: Seed of the draw and of the encoders.
        cv_folds: Cross-validation folds.
    """
    return tuple(_encode_fold(problem, fit, valid, seed) for fit, valid in problem.parts(fraction, seed, cv_folds))


def _encode_fold(problem: NasProblem, fit: Positions, valid: Positions, seed: int) -> EncodedFold:
    _, x, x_valid = encode(problem, fit, [problem.take(valid)], seed)
    return EncodedFold(problem.training_data(x, fit), problem.training_data(x_valid, valid), valid)


def encode(problem: NasProblem, fit: Positions, others: Sequence[Any], seed: int) -> tuple[Any, ...]:
    """Fit the preprocessor on some samples, and encode them and others.

    Args:
        problem: Has the samples and the preprocessor's recipe.
        fit: Positions of the samples that it is fitted on.
        others: Raw samples that are only transformed.
        seed: Seed of the preprocessor.

    Returns:
        The preprocessor, ``None`` where there is none, then the samples at *fit* and each of *others* as numbers.
    """
    preprocessor = problem.preprocessor(seed)
    raw = problem.take(fit)
    if preprocessor is None:
        return (None, numbers(raw), *(numbers(other) for other in others))
    x = preprocessor.fit_transform(raw, problem.target.take(fit).summary())
    return (preprocessor, numbers(x), *(numbers(preprocessor.transform(other)) for other in others))


def numbers(x: Any) -> NDArray[Any]:
    """The samples as an array: bytes stay bytes, everything else becomes float32.

    Raises:
        DataError: A value is missing (in what is not a sequence's padding) or infinite.
    """
    array = np.asarray(x)
    if array.dtype == np.uint8:
        return array
    try:
        array = array.astype(np.float32)
    except (TypeError, ValueError) as error:
        raise DataError(f"samples must be numbers, got {array.dtype} ({error})") from None
    good = np.isfinite(array)
    if array.ndim == 3 and not good.all():
        good |= padding(array)
    bad = ~good.reshape(len(array), -1).all(axis=1)
    if bad.any():
        where = np.flatnonzero(bad)[:5].tolist()
        raise DataError(f"samples must be finite numbers; {int(bad.sum())} are not (first positions: {where})")
    return array


def shape_of(x: NDArray[Any], kind: Kind, outputs: int) -> DataShape:
    """Shape of samples that :func:`numbers` gave."""
    if kind == "image":
        _, height, width, channels = x.shape
        return DataShape(kind=kind, height=height, width=width, channels=channels, outputs=outputs)
    if kind == "sequence":
        padded = bool(x.dtype.kind == "f" and np.isnan(x).any())
        return DataShape(kind=kind, channels=x.shape[1], steps=x.shape[2], outputs=outputs, padded=padded)
    return DataShape(kind=kind, features=x.shape[1], outputs=outputs)


def hold_out(y: NDArray[Any], fraction: float, seed: int, *, classes: bool) -> NDArray[np.bool_]:
    """Stratified hold-out mask, (n,) bool. Singleton classes are never held out.

    Args:
        y: Class codes or values, (n,).
        fraction: Fraction of the samples to hold out.
        seed: Seed of the draw.
        classes: Whether *y* are class codes.
    """
    rng = generator(seed, "hold back")
    chosen = np.zeros(len(y), dtype=bool)
    groups = [np.flatnonzero(y == k) for k in np.unique(y)] if classes else [np.arange(len(y))]
    for group in groups:
        count = min(len(group) - 1, max(1, round(fraction * len(group))))
        chosen[rng.permutation(group)[:count]] = True
    return chosen
