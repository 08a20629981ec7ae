"""What the estimators of images and sequences share: a search, and the network that it found."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from automl_flow.core.config import parse_config
from automl_flow.core.errors import ConfigError, DataError
from automl_flow.core.progress import console_progress, silent_progress
from automl_flow.core.threads import processors
from automl_flow.estimators.ending import end_fit
from automl_flow.estimators.inspection import inspect_samples
from automl_flow.execution.scratch import scratch
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search.config import NasConfig
from automl_flow.study.budget import Clock
from automl_flow.study.journal import check_folder
from automl_flow.study.notes import Note
from automl_flow.tasks.arrays import ArrayData, check_arrays, load_arrays
from automl_flow.tasks.image_folders import holds_paths
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import Target, encode_target
from automl_flow.tasks.types import Modality, Problem

if TYPE_CHECKING:
    from automl_flow.nas.network.model import NetworkModel
    from automl_flow.nas.search.result import NasResult

_BINARY = 2
MOST_JOBS = 4  # that are worth while: no more trials are open at once


class NetworkEstimator(BaseEstimator):
    """Base of the estimators that search for a network; subclasses say for which data and which problem.

    Args:
        max_trials: Architectures that are tried; ``None`` leaves the end to the seconds.
        time_left_for_this_task: Seconds for everything, final training included; ``None`` is no limit.
        per_run_time_limit: Seconds for one training of a network, up to the next comparison of the trials.
        memory_limit: MiB for one trial; what needs more is a failed trial.
        n_jobs: Trials at the same time; ``None`` or -1 is a processor each, up to four. Never changes what is found
            within a budget of trials.
        seed: Seed of everything random.
        metric: What is optimised; ``None`` is accuracy, or rmse in regression.
        strategy: ``auto``, ``bayesian``, ``reinforce``, ``evolution``, ``bananas``, ``tpe``, ``random`` or one-shot.
        strategy_options: Arguments of the strategy.
        space: Name of the search space.
        space_options: What of it is restricted or extended.
        objectives: ``parameters``, ``flops``, ``latency``: kept small beside the metric, which chooses all the same;
            ``result_.front`` names the trials that no other one beats in everything.
        max_params: Parameters that a network may have.
        max_latency_ms: Milliseconds that it may take for one sample.
        final_epochs: Epochs of the final training; ``None`` is twice the epochs of a trial, or up to four times where
            seconds are limited and leave room for it.
        final_seeds: Networks of the winning architecture that are trained in the end and averaged.
        state: Folder for journal and checkpoints: a search that was killed goes on when it is run again with the same
            folder. ``None`` keeps them in a temporary folder.
        verbose: Show progress.

    Attributes:
        network_: The trained network.
        result_: The search: trials, best trial, Pareto front.
        strategy_: Strategy that was used.
        n_params_: Learned numbers in all ``final_seeds`` networks together; ``network_.network_params`` are those of
            one.
        findings_: What the data checks found.
        notes_: What one would not expect of the search, in sentences; the serious ones are warnings, too.
        interrupted_: Ctrl-C ended the search; see :meth:`fit`.
    """

    _modality: ClassVar[Modality]
    _regression: ClassVar[bool] = False

    def __init__(
        self,
        max_trials: int | None = 10,
        *,
        time_left_for_this_task: float | None = None,
        per_run_time_limit: float | None = None,
        memory_limit: int | None = None,
        n_jobs: int | None = None,
        seed: int = 42,
        metric: str | None = None,
        strategy: str = "auto",
        strategy_options: Mapping[str, Any] | None = None,
        space: str = "auto",
        space_options: Mapping[str, Any] | None = None,
        objectives: Sequence[str] = (),
        max_params: int | None = None,
        max_latency_ms: float | None = None,
        final_epochs: int | None = None,
        final_seeds: int = 2,
        state: str | Path | None = None,
        verbose: bool = True,
    ) -> None:
        self.max_trials = max_trials
        self.time_left_for_this_task = time_left_for_this_task
        self.per_run_time_limit = per_run_time_limit
        self.memory_limit = memory_limit
        self.n_jobs = n_jobs
        self.seed = seed
        self.metric = metric
        self.strategy = strategy
        self.strategy_options = strategy_options
        self.space = space
        self.space_options = space_options
        self.objectives = objectives
        self.max_params = max_params
        self.max_latency_ms = max_latency_ms
        self.final_epochs = final_epochs
        self.final_seeds = final_seeds
        self.state = state
        self.verbose = verbose

    def fit(self, x: Any, y: Any = None, epochs: int = 10) -> Self:
        """Search for an architecture and train it on all samples.

        Args:
            x: Samples, or the path of an NPZ file with arrays ``x`` and ``y`` (see also the subclass).
            y: Target, (n,); ``None`` when *x* is a path.
            epochs: Epochs of a trial that is trained to the end.

        Raises:
            DataError: Samples and target do not fit, values are missing, or there is one class only.
            ConfigError: A setting is unknown or not allowed.
            BudgetError: No network could be trained; the message says why, and what to change.
            KeyboardInterrupt: Ctrl-C was pressed. What was finished by then is kept: if any network was, the estimator
                is fitted, with a warning, and the interrupt is passed on so that a loop around ``fit`` ends, too.
            StorageError: The folder ``state`` holds what is not ours, under names that a search needs.
        """
        began = time.monotonic()  # importing torch counts, too
        from automl_flow.nas.search.run import search_architecture

        self.__dict__.pop("network_", None)  # what was fitted before must not shape what is read now
        config = self._config(epochs)
        if self.state is not None and Path(self.state).is_file():
            raise ConfigError(f"{type(self).__name__}.state: {self.state} is a file; name a folder")
        if self.state is not None:
            check_folder(Path(self.state))
        x, y = self._read(x, y)
        task, target = self._target(y)
        data = check_arrays(ArrayData(self._array(x), target.values), self._modality, "x")
        self.findings_ = inspect_samples(data.x, target.decode(target.values), task)
        problem = NasProblem(data.x, target, task)
        with ExitStack() as stack:
            state = self.state or stack.enter_context(scratch("state-"))
            progress = console_progress() if self.verbose else silent_progress()
            clock = Clock(config.time_left_for_this_task, time.monotonic() - began)
            self.result_: NasResult = search_architecture(problem, config, Path(state), progress, clock=clock)
        self.network_: NetworkModel = self.result_.network
        self.strategy_: str = self.result_.strategy
        self.n_params_: int = self.network_.n_params
        self.notes_: tuple[Note, ...] = self.result_.notes
        self.interrupted_: bool = self.result_.interrupted
        end_fit(self.notes_, interrupted=self.interrupted_)
        return self

    def predict(self, x: Any) -> NDArray[Any]:
        """Classes or values of samples, (n,).

        Args:
            x: Samples, or the path of an NPZ file. Images may also be given as the path of one, a list of paths, or a
                folder of images, which are predicted in the order of their paths.

        Raises:
            DataError: Samples do not have the shape that was learned, or cannot be read.
        """
        return self._fitted().predict(self._samples(x))

    def leaderboard(self) -> pd.DataFrame:
        """A row per trial, the best first: score, epochs, costs, and why it failed if it did."""
        from automl_flow.nas.search.leaderboard import leaderboard

        self._fitted()
        return leaderboard(self.result_)

    def summary(self) -> str:
        """The network's layers with shapes and parameters, as text."""
        return self._fitted().summary()

    def export_onnx(self, path: str | Path) -> float:
        """Write the network as ONNX; return the largest difference of its outputs to those of this estimator."""
        return self._fitted().export_onnx(path)

    def save(self, folder: str | Path) -> None:
        """Write the network to a folder that :func:`automl_flow.load_model` reads.

        Args:
            folder: A new or an empty folder, or one in which there is nothing but a model, which is replaced.

        Raises:
            StorageError: It is anything else, or cannot be written to.
        """
        self._fitted().save(folder)

    def _fitted(self) -> NetworkModel:
        if not hasattr(self, "network_"):
            raise NotFittedError(f"this {type(self).__name__} is not fitted yet; call fit first")
        return self.network_

    def _config(self, epochs: int) -> NasConfig:
        names = set(NasConfig.model_fields) & set(self.get_params(deep=False))
        values = {name: getattr(self, name) for name in names} | {
            "epochs": epochs,
            "objectives": tuple(self.objectives),
        }
        values["n_jobs"] = min(MOST_JOBS, processors()) if self.n_jobs in (-1, None) else self.n_jobs
        values["space_options"] = self.space_options or {}
        values["strategy_options"] = self.strategy_options or {}
        if self.max_trials is None and self.time_left_for_this_task is None:
            values["max_trials"] = 10  # something has to end the search
        return parse_config(NasConfig, values, type(self).__name__)

    def _target(self, y: Any) -> tuple[TaskSpec, Target]:
        """The task that the target describes, and the encoded target."""
        labels = np.asarray(y)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        if labels.ndim != 1:
            raise DataError(f"y must have the shape (n,), got {labels.shape}")
        kind: Problem = "multiclass"
        if self._regression:
            kind = "regression"
        elif len(pd.unique(labels)) == _BINARY:
            kind = "binary"
        values = {"name": "task", "modality": self._modality, "target": "y", "problem": kind, "metric": self.metric}
        task = parse_config(TaskSpec, values, type(self).__name__)
        return task, encode_target(labels, task)

    def _read(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Samples and target, from a file where *x* is a path."""
        if isinstance(x, (str, Path)):
            return read_npz(Path(x))
        if y is None:
            raise DataError("y is needed, except when x is the path of a file or folder that holds both")
        return x, y

    def _samples(self, x: Any) -> Any:
        """Samples to predict, from a file where *x* is the path of an NPZ file; the network reads images itself."""
        if isinstance(x, (str, Path)) and Path(x).suffix.lower() == ".npz":
            return read_npz(Path(x))[0]
        return x if holds_paths(x) else as_array(x)

    def _array(self, x: Any) -> NDArray[Any]:
        """Samples to learn from, as one array."""
        return as_array(x)


class ClassProbabilities(NetworkEstimator):
    """The part of the classifiers that regressors lack."""

    def predict_proba(self, x: Any) -> NDArray[np.float64]:
        """Class probabilities of samples, (n, k), columns in the order of ``classes_``."""
        return self._fitted().predict_proba(self._samples(x))

    @property
    def classes_(self) -> NDArray[Any]:
        """Classes in the order of the probabilities' columns."""
        return np.asarray(self._fitted().classes)


def as_array(x: Any) -> NDArray[Any]:
    """Samples as one array.

    Raises:
        DataError: They differ in shape.
    """
    try:
        return np.asarray(x)
    except ValueError as error:
        raise DataError(f"x must be one array of samples of equal shape ({error})") from None


def read_npz(path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    """Samples and target of an NPZ file: arrays ``x`` and ``y``, or ``x_train`` and ``y_train``."""
    arrays = load_arrays(path)
    for names in (("x", "y"), ("x_train", "y_train")):
        if all(name in arrays for name in names):
            return arrays[names[0]], arrays[names[1]]
    raise DataError(f"{path}: has no arrays x and y; it has {', '.join(arrays)}")
