"""Estimators for sequences."""

from __future__ import annotations

from typing import Any, Self

from sklearn.base import ClassifierMixin

from automl_flow.estimators.networks import ClassProbabilities


class SequenceClassifier(ClassifierMixin, ClassProbabilities):
    """Searches for a network that tells classes of sequences; see :class:`NetworkEstimator` for the settings."""

    _modality = "sequence"

    def fit(self, x: Any, y: Any = None, epochs: int = 20) -> Self:
        """Search for an architecture and train it on all samples.

        Args:
            x: Sequences (n, channels, steps) or (n, steps), all of one length; or the path of an NPZ file.
            y: Class of each sequence; ``None`` when *x* is a path.
            epochs: Epochs of a trial that is trained to the end.

        Raises:
            DataError: Samples and target do not fit, values are missing, or there is one class only.
            ConfigError: A setting is unknown or not allowed.
        """
        return super().fit(x, y, epochs)
