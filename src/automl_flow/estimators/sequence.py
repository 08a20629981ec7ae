"""Estimators for sequences."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from numpy.typing import NDArray
from sklearn.base import ClassifierMixin

from automl_flow.estimators.networks import ClassProbabilities, read_npz


class SequenceClassifier(ClassifierMixin, ClassProbabilities):
    """Searches for a network that tells classes of sequences; see :class:`NetworkEstimator` for the settings."""

    _modality = "sequence"

    def fit(self, x: Any, y: Any = None, epochs: int = 20) -> Self:
        """Search for an architecture and train it on all samples.

        Args:
            x: Sequences (n, channels, steps) or (n, steps); or the path of an NPZ file. Where lengths differ, a list of
                arrays (channels, steps), or an array in which steps behind the end are NaN.
            y: Class of each sequence; ``None`` when *x* is a path.
            epochs: Epochs of a trial that is trained to the end.

        Raises:
            DataError: Samples and target do not fit, values are missing, or there is one class only.
            ConfigError: A setting is unknown or not allowed.
        """
        return super().fit(x, y, epochs)

    def _array(self, x: Any) -> NDArray[Any]:
        from automl_flow.tasks.sequences import as_sequences

        return as_sequences(x)

    def _samples(self, x: Any) -> Any:
        return read_npz(Path(x))[0] if isinstance(x, (str, Path)) else x  # the network knows how to pad it
