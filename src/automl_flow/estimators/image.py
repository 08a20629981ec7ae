"""Estimators for images."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Self

from sklearn.base import ClassifierMixin, RegressorMixin

from automl_flow.estimators.networks import ClassProbabilities, NetworkEstimator


class ImageClassifier(ClassifierMixin, ClassProbabilities):
    """Searches for a network that tells classes of images; see :class:`NetworkEstimator` for the settings.

    Examples:
        >>> from automl_flow import ImageClassifier
        >>> clf = ImageClassifier(max_trials=10, seed=42)
        >>> clf.fit(x_train, y_train, epochs=10)  # doctest: +SKIP
    """

    _modality = "image"

    def fit(self, x: Any, y: Any = None, epochs: int = 10) -> Self:
        """Search for an architecture and train it on all samples.

        Args:
            x: Images (n, height, width) or (n, height, width, channels), bytes or floats; or the path of an NPZ file,
                or of a folder with a sub-folder of images for each class.
            y: Class of each image; ``None`` when *x* is a path.
            epochs: Epochs of a trial that is trained to the end.

        Raises:
            DataError: Samples and target do not fit, values are missing, or there is one class only.
            ConfigError: A setting is unknown or not allowed.
        """
        return super().fit(x, y, epochs)

    def _read(self, x: Any, y: Any) -> tuple[Any, Any]:
        if isinstance(x, (str, Path)) and Path(x).is_dir():
            from automl_flow.tasks.image_folders import read_image_folder

            return read_image_folder(Path(x))
        return super()._read(x, y)


class ImageRegressor(RegressorMixin, NetworkEstimator):
    """Searches for a network that predicts a number from an image; see :class:`NetworkEstimator` for the settings."""

    _modality = "image"
    _regression = True
