"""The base of the image and sequence estimators: architecture search and the network it finds."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import NotFittedError

from automl_flow.core.config import parse_config, renamed_arguments
from automl_flow.core.errors import ConfigError, DataError
from automl_flow.estimators.inspection import inspect_samples
from automl_flow.estimators.search_estimator import RENAMED, SearchEstimator, Seconds
from automl_flow.execution.tempdir import temporary_folder
from automl_flow.nas.problem import NasProblem
from automl_flow.nas.search.config import NasConfig
from automl_flow.study.budget import Clock
from automl_flow.study.journal import check_folder
from automl_flow.study.schedule import PhaseTime
from automl_flow.tasks.arrays import ArrayData, check_arrays, load_arrays
from automl_flow.tasks.image_folders import holds_paths
from automl_flow.tasks.metrics import Metric, as_metric
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.target import Target, encode_target
from automl_flow.tasks.types import Modality, Problem

if TYPE_CHECKING:
    from automl_flow.nas.network.model import NetworkModel
    from automl_flow.nas.search.result import NasResult

_BINARY = 2


class NetworkEstimator(SearchEstimator):
    """Base of the estimators that search for a network; subclasses say for which data and which problem.

    Args:
        per_run_time_limit: Seconds for one training of a network, up to the next comparison of the trials.
        n_jobs: Trials that run at the same time; -1 uses all processors, up to four. It never changes a trial-bounded
            result.
        epochs: Epochs of a trial that is trained to the end; ``fit(..., epochs=)`` overrides them. ``None`` is 10 for
            images and 20 for sequences.
        strategy: ``auto``, ``bayesian``, ``reinforce``, ``evolution``, ``bananas``, ``tpe``, ``random`` or one-shot.
        strategy_options: Arguments of the strategy.
        space: Name of the search space.
        space_options: Arguments of the space, which restrict or extend it.
        objectives: Any of ``parameters``, ``flops`` and ``latency``, to be kept small in addition to the metric, which
            alone decides which network is returned; ``result_.front`` lists the Pareto-optimal trials.
        max_params: Largest number of parameters of a network.
        max_latency_ms: Largest latency for one sample, in milliseconds.
        final_epochs: Epochs of the final training; ``None`` is twice the epochs of a trial, or up to four times if
            there is a time limit that leaves room for it.
        final_seeds: How often the winning architecture is trained in the end, from different seeds; predictions are
            averaged.
        state: Folder for journal and checkpoints: running an interrupted search again with the same folder resumes
            it. ``None`` keeps them in a temporary folder.

    Attributes:
        network_: The trained network.
        result_: The search: trials, best trial, Pareto front.
        strategy_: The strategy that was used.
        timeline_: Where the seconds of ``fit`` went: name, planned and spent seconds of each phase.
        n_params_: Parameters of all ``final_seeds`` networks together; ``network_.network_params`` counts one network.
    """

    _modality: ClassVar[Modality]
    _regression: ClassVar[bool] = False
    _epochs: ClassVar[int] = 10
    _max_jobs = 4

    @renamed_arguments(**RENAMED)
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
        epochs: int | None = None,
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
        progress: bool = True,
    ) -> None:
        super().__init__(
            time_left_for_this_task=time_left_for_this_task,
            per_run_time_limit=per_run_time_limit,
            memory_limit=memory_limit,
            max_trials=max_trials,
            n_jobs=n_jobs,
            execution=execution,
            seed=seed,
            metric=metric,
            progress=progress,
        )
        self.epochs = epochs
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

    def fit(self, x: Any, y: Any = None, *, epochs: int | None = None) -> Self:
        """Search for an architecture and train it on all samples.

        Args:
            x: Samples, as the class describes them, or the path of an NPZ file with arrays ``x`` and ``y``.
            y: Target of each sample, (n,); ``None`` when *x* is a path. An array (n, k) is learned by one network:
                0/1 labels by a classifier, values by a regressor.
            epochs: Epochs of a trial in this fit, in place of the constructor's.

        Raises:
            DataError: Samples and target do not fit, values are missing, or there is only one class.
            ConfigError: A setting is unknown or not allowed.
            BudgetError: No network could be trained; the message says why, and what to change.
            KeyboardInterrupt: Ctrl-C was pressed. Finished trials are kept: if there is a trained network, the
                estimator is fitted, with a warning, and the interrupt is passed on so that a loop around ``fit`` ends,
                too.
            StorageError: The folder ``state`` holds files that are not ours under names that a search needs.
        """
        began = time.monotonic()  # importing torch counts, too
        from automl_flow.nas.search.run import search_architecture

        self.__dict__.pop("network_", None)  # an earlier fit must not shape what is read now
        config = self._config(epochs if epochs is not None else self.epochs)
        if self.state is not None and Path(self.state).is_file():
            raise ConfigError(f"{type(self).__name__}.state: {self.state} is a file; choose a folder")
        if self.state is not None:
            check_folder(Path(self.state))
        x, y = self._read(x, y)
        task, target = self._target(y)
        data = check_arrays(ArrayData(self._array(x), target.values), self._modality, "x")
        self.findings_ = inspect_samples(data.x, target.decode(target.values), task)
        problem = NasProblem(data.x, target, task)
        with ExitStack() as stack:
            state = self.state or stack.enter_context(temporary_folder("state-"))
            clock = Clock(config.time_left_for_this_task, time.monotonic() - began)
            self.result_: NasResult = search_architecture(problem, config, Path(state), self._progress(), clock=clock)
        self.network_: NetworkModel = self.result_.network
        self.strategy_: str = self.result_.strategy
        self.n_params_: int = self.network_.n_params
        self.timeline_: tuple[PhaseTime, ...] = self.result_.timeline
        return self._end_fit(self.result_.notes, interrupted=self.result_.interrupted)

    def predict(self, x: Any) -> NDArray[Any]:
        """Predict the class or value of each sample, (n,); of k targets the labels 0/1 or values, (n, k).

        Args:
            x: Samples, or the path of an NPZ file. Images may also be the path of an image, a list of paths, or a
                folder of images, which are predicted in the order of their paths.

        Raises:
            DataError: Samples do not have the shape seen in training, or cannot be read.
        """
        return self._fitted().predict(self._samples(x))

    def leaderboard(self) -> pd.DataFrame:
        """All trials, best first, with score, epochs, costs, and the cause of failure."""
        from automl_flow.nas.search.result import leaderboard

        self._fitted()
        return leaderboard(self.result_)

    def summary(self) -> str:
        """Layers of the network with shapes and parameter counts, as text."""
        return self._fitted().summary()

    def export_onnx(self, path: str | Path) -> float:
        """Export the network to ONNX; return the largest difference between its outputs and this estimator's."""
        return self._fitted().export_onnx(path)

    def _fitted(self) -> NetworkModel:
        if not hasattr(self, "network_"):
            raise NotFittedError(f"this {type(self).__name__} is not fitted yet; call fit first")
        return self.network_

    def _config(self, epochs: int | None) -> NasConfig:
        names = set(NasConfig.model_fields) & set(self.get_params(deep=False))
        values = {name: getattr(self, name) for name in names} | self._budget()
        values["epochs"] = self._epochs if epochs is None else epochs
        values["objectives"] = tuple(self.objectives)
        values["space_options"] = self.space_options or {}
        values["strategy_options"] = self.strategy_options or {}
        config = parse_config(NasConfig, values, type(self).__name__)
        config.require_limit()
        return config

    def _target(self, y: Any) -> tuple[TaskSpec, Target]:
        """Infer the task from the target, and encode the target."""
        try:
            labels = np.asarray(y)
        except ValueError as error:
            raise DataError(f"y must be one array of equally long rows ({error})") from None
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        if labels.ndim not in (1, 2):
            raise DataError(f"y must have the shape (n,) or (n, k), got {labels.shape}")
        kind: Problem = "multiclass"
        names: str | list[str] = "y"
        if labels.ndim == 2:
            kind = "multioutput" if self._regression else "multilabel"
            own = isinstance(y, pd.DataFrame)
            names = [str(name) for name in y.columns] if own else [f"y_{i}" for i in range(labels.shape[1])]
        elif self._regression:
            kind = "regression"
        elif len(pd.unique(labels)) == _BINARY:
            kind = "binary"
        values: dict[str, Any] = {"name": "task", "modality": self._modality, "target": names, "problem": kind}
        values |= {"metric": as_metric(self.metric, kind)}
        task = parse_config(TaskSpec, values, type(self).__name__)
        return task, encode_target(labels, task)

    def _read(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Return samples and target, read from a file if *x* is a path."""
        if isinstance(x, (str, Path)):
            return read_npz(Path(x))
        if y is None:
            raise DataError("y is required unless x is the path of a file or folder that holds both")
        return x, y

    def _samples(self, x: Any) -> Any:
        """Return samples to predict, read from *x* if it is an NPZ file; the network reads image files itself."""
        if isinstance(x, (str, Path)) and Path(x).suffix.lower() == ".npz":
            return read_npz(Path(x))[0]
        return x if holds_paths(x) else as_array(x)

    def _array(self, x: Any) -> NDArray[Any]:
        """Return the training samples as one array."""
        return as_array(x)


class ClassProbabilities(NetworkEstimator):
    """Base of the classifiers: class probabilities."""

    def predict_proba(self, x: Any) -> NDArray[np.float64]:
        """Predict class probabilities, (n, k), columns in the order of ``classes_``."""
        return self._fitted().predict_proba(self._samples(x))

    @property
    def classes_(self) -> NDArray[Any] | list[NDArray[Any]]:
        """Classes in the order of the columns of ``predict_proba``; for several labels a list of 0 and 1 each."""
        return self._fitted().classes_


def as_array(x: Any) -> NDArray[Any]:
    """Return samples as one array.

    Raises:
        DataError: Samples differ in shape.
    """
    try:
        return np.asarray(x)
    except ValueError as error:
        raise DataError(f"x must be one array of samples of equal shape ({error})") from None


def read_npz(path: Path) -> tuple[NDArray[Any], NDArray[Any]]:
    """Read samples and target of an NPZ file: arrays ``x`` and ``y``, or ``x_train`` and ``y_train``."""
    arrays = load_arrays(path)
    for names in (("x", "y"), ("x_train", "y_train")):
        if all(name in arrays for name in names):
            return arrays[names[0]], arrays[names[1]]
    raise DataError(f"{path}: has no arrays x and y; found {', '.join(arrays)}")
