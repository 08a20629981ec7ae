"""Image estimators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sklearn.base import RegressorMixin

from automl_flow.estimators.docstrings import with_inherited_docs
from automl_flow.estimators.network_estimator import ClassProbabilities, NetworkEstimator
from automl_flow.estimators.search_estimator import SearchClassifier


@with_inherited_docs
class ImageClassifier(SearchClassifier, ClassProbabilities):
    """Classifies images with a network that an architecture search finds.

    Takes images (n, height, width) or (n, height, width, channels), bytes or floats, the path of an NPZ file, or a
    folder with one sub-folder of images per class.

    Examples:
        >>> from automl_flow import ImageClassifier
        >>> clf = ImageClassifier(max_trials=10, seed=42)
        >>> clf.fit(x_train, y_train, epochs=10)  # doctest: +SKIP
    """

    _modality = "image"

    def _read(self, x: Any, y: Any) -> tuple[Any, Any]:
        if isinstance(x, (str, Path)) and Path(x).is_dir():
            from automl_flow.tasks.image_folders import read_image_folder

            return read_image_folder(Path(x))
        return super()._read(x, y)


@with_inherited_docs
class ImageRegressor(RegressorMixin, NetworkEstimator):
    """Predicts a number from an image with a network that an architecture search finds.

    Takes images (n, height, width) or (n, height, width, channels), bytes or floats, or the path of an NPZ file.
    """

    _modality = "image"
    _regression = True
