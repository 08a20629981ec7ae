"""The base of all estimators: limits, processes, seed, metric and progress."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, Self

from sklearn.base import BaseEstimator, ClassifierMixin

from automl_flow.core.config import renamed_arguments
from automl_flow.core.progress import Progress, console_progress, silent_progress
from automl_flow.execution.backends import BACKENDS
from automl_flow.study.notes import Note, warn_of
from automl_flow.tasks.metrics import Metric
from automl_flow.tasks.problem_types import ProblemType

DEFAULT_SECONDS = 300.0
RENAMED = {"time_limit": "time_left_for_this_task", "verbose": "progress"}  # arguments, and what they are called now
Seconds = float | Literal["auto"] | None


class _Model(Protocol):
    @property
    def problem_type(self) -> ProblemType: ...

    def save(self, folder: Path) -> None: ...


class SearchEstimator(BaseEstimator):
    """Base of the tabular and the network estimators, with the arguments that both take.

    Args:
        time_left_for_this_task: Seconds for all of ``fit``. ``"auto"`` is 300, or no limit where ``max_trials`` ends
            the search; ``None`` is no limit, and ``max_trials`` must be given.
        per_run_time_limit: Seconds for one training; ``None`` is no limit.
        memory_limit: MiB of memory for one trial; a trial that needs more fails.
        max_trials: Number of trials; ``None`` runs as many as the time allows. A search that ends by trials, not by
            the clock, gives the same model every time.
        n_jobs: Trials that run at the same time; -1 uses all processors. It never changes a trial-bounded result.
        execution: Name of the execution backend, which runs the trials; it never changes a trial-bounded result either.
        seed: Seed of everything random.
        metric: Metric to optimise: a name, a metric of :func:`automl_flow.make_metric`, or a scorer of
            ``sklearn.metrics.make_scorer``; ``None`` takes the default of the problem.
        progress: Whether to show progress on standard error.

    Attributes:
        findings_: Findings of the data checks.
        notes_: Anything unexpected about the search, in sentences; serious notes are also warnings.
        interrupted_: Whether Ctrl-C ended the search; see :meth:`fit`.
    """

    _max_jobs: ClassVar[int | None] = None  # more trials are never open at once
    notes_: tuple[Note, ...]
    interrupted_: bool

    def __init__(
        self,
        *,
        time_left_for_this_task: Seconds = "auto",
        per_run_time_limit: float | None = None,
        memory_limit: int | None = None,
        max_trials: int | None = None,
        n_jobs: int | None = -1,
        execution: str = "local",
        seed: int = 42,
        metric: str | Metric | Callable[..., float] | None = None,
        progress: bool = True,
    ) -> None:
        self.time_left_for_this_task = time_left_for_this_task
        self.per_run_time_limit = per_run_time_limit
        self.memory_limit = memory_limit
        self.max_trials = max_trials
        self.n_jobs = n_jobs
        self.execution = execution
        self.seed = seed
        self.metric = metric
        self.progress = progress

    @renamed_arguments(**RENAMED)
    def set_params(self, **params: Any) -> Self:
        """Set arguments of the constructor by name, as in scikit-learn."""
        super().set_params(**params)
        return self

    def _fitted(self) -> _Model:
        """Return the fitted model, or raise NotFittedError."""
        raise NotImplementedError

    def save(self, folder: str | Path) -> None:
        """Save the model to a folder; :func:`automl_flow.load_model` reads it.

        Args:
            folder: A new or empty folder, or one that holds nothing but a model, which is replaced.

        Raises:
            StorageError: The folder holds anything else, or cannot be written to.
        """
        self._fitted().save(Path(folder))

    def _budget(self) -> dict[str, Any]:
        """The settings of :class:`automl_flow.study.budget.Budget`."""
        seconds = self.time_left_for_this_task
        if isinstance(seconds, str) and seconds == "auto":
            seconds = DEFAULT_SECONDS if self.max_trials is None else None
        jobs = self.n_jobs
        if jobs is None or jobs == -1:
            capacity = BACKENDS.get(self.execution).capacity()
            jobs = min(capacity, self._max_jobs or capacity)
        names = ("per_run_time_limit", "memory_limit", "max_trials", "execution", "seed")
        return {name: getattr(self, name) for name in names} | {"time_left_for_this_task": seconds, "n_jobs": jobs}

    def _progress(self) -> Progress:
        return console_progress() if self.progress else silent_progress()

    def _end_fit(self, notes: Sequence[Note], *, interrupted: bool) -> Self:
        """Keep the notes, warn of serious ones, and pass on an interrupt; called when the estimator can predict.

        Raises:
            KeyboardInterrupt: The user pressed Ctrl-C: a loop around ``fit`` has to end, too.
        """
        self.notes_ = tuple(notes)
        self.interrupted_ = interrupted
        warn_of(notes)
        if interrupted:
            raise KeyboardInterrupt("fit was interrupted; the estimator keeps what had finished, and can predict")
        return self


class SearchClassifier(ClassifierMixin, SearchEstimator):
    """Base of the classifiers: their ``score``, which takes every form of labels that ``fit`` takes."""

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Share of rows whose class, or all of whose labels, are predicted correctly.

        Args:
            X: Rows or samples, as for ``predict``.
            y: Their classes or labels.
            sample_weight: Weight of each row.
        """
        truth = self._fitted().problem_type.as_predicted(y)
        return float(super().score(X, truth, sample_weight))
