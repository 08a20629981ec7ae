"""Model families: the interface by which the search builds, fits, suggests, prices, stores and restores models."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from automl_flow.tasks.metrics import pinball_level
from automl_flow.tasks.problem_types import ProblemType, problem_type
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

Encoding = Literal["scaled", "ordinal", "native"]
Params = dict[str, Any]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class FitContext:
    """What a family knows about a fit.

    Attributes:
        problem: Kind of problem, as seen in the rows at hand.
        metric: Name of the task's metric.
        n_rows: Training rows of one fit.
        n_columns: Feature columns of the raw table.
        n_classes: Classes in the rows at hand; 0 if the target has no classes.
        n_targets: Target columns.
        seed: Seed of this fit.
        monotone: For each column of the rows, in the family's encoding, whether predictions must rise with it (1),
            fall (-1) or are free (0); empty if all are free.
        threads: Threads that the fit may use.
        deadline: Value of ``time.monotonic()`` at which an iterative learner should stop and keep what it has;
            ``None`` lets it run to its own end.
        iterations: Steps of an iterative learner without validation rows to stop early on; ``None``: the maximum of
            the family.
    """

    problem: Problem
    metric: str
    n_rows: int
    n_columns: int
    n_classes: int
    seed: int
    n_targets: int = 1
    threads: int = 1
    monotone: tuple[int, ...] = ()
    deadline: float | None = None
    iterations: int | None = None

    @property
    def quantile(self) -> float | None:
        """Level of the quantile that is wanted; ``None`` for other metrics."""
        return pinball_level(self.metric)

    @property
    def problem_type(self) -> ProblemType:
        """What depends on the kind of problem."""
        return problem_type(self.problem)

    @property
    def has_classes(self) -> bool:
        """Whether the target is one of several classes."""
        return self.problem_type.has_classes

    @property
    def outputs(self) -> int:
        """Numbers predicted per row."""
        return max(self.n_classes, self.n_targets)

    @property
    def trees_per_step(self) -> int:
        """Trees that a boosting step adds: one per class when there are more than two."""
        return self.n_classes if self.n_classes > 2 else 1

    def out_of_time(self) -> bool:
        """Whether the soft deadline has passed."""
        return self.deadline is not None and time.monotonic() >= self.deadline


@dataclass(frozen=True)
class FoldData:
    """Encoded rows of one fit.

    Attributes:
        X: Training rows in the family's encoding.
        y: Codes 0…k-1 (every class occurs) or values; labels 0/1 or values of k targets, (n, k).
        weight: Sample weights of the training rows, or ``None``.
        X_valid: Rows to stop early on, or ``None``; their targets and weights follow.
    """

    X: Any
    y: NDArray[Any]
    weight: Array | None = None
    X_valid: Any = None
    y_valid: NDArray[Any] | None = None
    weight_valid: Array | None = None


@dataclass(frozen=True)
class Fitted:
    """The result of a fit.

    Attributes:
        model: The fitted model.
        iterations: Boosting steps, epochs or trees that were kept; ``None`` for other models.
        cut_short: The soft deadline ended the fit before its own stopping rule did.
    """

    model: Any
    iterations: int | None = None
    cut_short: bool = False


def plain_fit(learner: Any, data: FoldData, context: FitContext) -> Fitted:  # noqa: ARG001 - one signature for all
    """Fit a scikit-learn estimator, with sample weights if it takes them."""
    from sklearn.utils.validation import has_fit_parameter

    if data.weight is not None and has_fit_parameter(learner, "sample_weight"):
        learner.fit(data.X, data.y, sample_weight=data.weight)
    else:
        learner.fit(data.X, data.y)
    return Fitted(learner)


def plain_predict(model: Any, X: Any, problem: Problem) -> Array:
    """Predict probabilities (n, k), or values as one column (n, 1)."""
    raw = model.predict_proba(X) if problem_type(problem).has_classes else model.predict(X)
    return np.asarray(raw, dtype=np.float64).reshape(len(X), -1)


@dataclass(frozen=True)
class ModelFamily:
    """A kind of model that the search may use; one file under ``models/`` exports one as ``ENTRY``.

    A new family needs ``build``, ``suggest``, ``portfolio`` and ``seconds``; the other functions have defaults that
    suit any scikit-learn estimator. All functions are module-level functions, because they travel to worker processes.

    Attributes:
        name: Name in YAML; equals the file's stem.
        problems: Kinds of problems that it can learn. ``one_per_output`` extends a family of one target to several.
        encoding: Encoding of the rows that it is given.
        build: ``(params, context) -> learner``, not fitted.
        suggest: ``(trial, context) -> params``: its search space, define-by-run.
        portfolio: ``context -> configurations``, the strongest first; the first one is its default. Every
            configuration lies inside the space of ``suggest``.
        seconds: ``(params, context) -> seconds`` of one fit with one thread, roughly: the initial estimate of the
            cost model, which corrects it by the measured times of trials.
        work: ``(model, context) -> microseconds`` of one thread to predict one row, roughly. It must not be
            measured: the choice of ensemble members depends on it and has to be repeatable.
        requires: Modules that must be installed.
        stops_early: It looks at the fold's validation rows to choose the number of iterations, so its out-of-fold
            predictions are slightly optimistic.
        max_rows: Rows beyond which it is not tried.
        quantile: It can learn a quantile (``FitContext.quantile``) instead of the mean.
        seeded: Its fits depend on the seed.
        bagged: Its fold models are kept, to predict if there is no model fitted on all rows, or along with it if most
            of the target is noise. This suits a family that is quick to store and whose mean of several models is
            better than one.
        constrained: It supports monotone constraints (``FitContext.monotone``).
        fit: ``(learner, data, context) -> Fitted``.
        predict: ``(model, X, problem) -> (n, k)``.
        dump: ``model -> bytes``; ``None`` stores it by skops with ``skops_types`` as allow list.
        load: The inverse of ``dump``. Its argument may be written by anyone: it raises any exception if the bytes
            are not a model, and never returns a model that reads outside its arrays or does not end.
        skops_types: Full names of the types that its models hold when skops stores them (``dump`` is ``None``);
            apart from them only numbers, texts, lists, dictionaries and arrays are restored.
        portfolio_ranks: Rank of each configuration of ``portfolio`` among those of all families; the smallest is tried
            first. Without ranks, all of them come right after the first round of the ranked families.
        stacking_ranks: Configurations that may stack (learn from the columns and from what other models predict): rank
            by position in ``portfolio``, the smallest first. Trees alone are good at it, see ``tabular/stacking.py``.
        preload: Modules to import in a worker before its first job.
    """

    name: str
    problems: tuple[Problem, ...]
    encoding: Encoding
    build: Callable[[Params, FitContext], Any]
    suggest: Callable[[BaseTrial, FitContext], Params]
    portfolio: Callable[[FitContext], Sequence[Params]]
    seconds: Callable[[Params, FitContext], float]
    work: Callable[[Any, FitContext], float]
    requires: tuple[str, ...] = ()
    stops_early: bool = False
    max_rows: int | None = None
    quantile: bool = False
    constrained: bool = False
    seeded: bool = True
    bagged: bool = False
    fit: Callable[[Any, FoldData, FitContext], Fitted] = plain_fit
    predict: Callable[[Any, Any, Problem], Array] = plain_predict
    dump: Callable[[Any], bytes] | None = None
    load: Callable[[bytes], Any] | None = None
    skops_types: tuple[str, ...] = ()
    portfolio_ranks: tuple[int, ...] = ()
    stacking_ranks: Mapping[int, int] = field(default_factory=dict)
    preload: tuple[str, ...] = ()

    def suits(self, context: FitContext) -> bool:
        """Whether the family can be used on data of this kind and size."""
        return self.obstacle(context) is None

    def obstacle(self, context: FitContext) -> str | None:
        """Reason why the family cannot be used on data of this kind and size; ``None`` if it can."""
        if context.problem not in self.problems:
            return f"does not learn {context.problem} problems"
        if self.max_rows is not None and context.n_rows > self.max_rows:
            return f"takes {self.max_rows} rows at most"
        if context.quantile is not None and not self.quantile:
            return "cannot learn a quantile"
        if any(context.monotone) and not self.constrained:
            return "cannot keep to monotone constraints"
        return None
