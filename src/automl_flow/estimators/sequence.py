"""Sequence estimators."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from numpy.typing import NDArray

from automl_flow.estimators.docstrings import with_inherited_docs
from automl_flow.estimators.network_estimator import ClassProbabilities, read_npz
from automl_flow.estimators.search_estimator import SearchClassifier


@with_inherited_docs
class SequenceClassifier(SearchClassifier, ClassProbabilities):
    """Classifies sequences with a network that an architecture search finds.

    Takes sequences (n, channels, steps) or (n, steps), or the path of an NPZ file. Sequences of different lengths are a
    list of arrays (channels, steps), or an array that is padded with NaN at the end.
    """

    _modality = "sequence"
    _epochs = 20

    def _array(self, x: Any) -> NDArray[Any]:
        from automl_flow.tasks.sequences import as_sequences

        return as_sequences(x)

    def _samples(self, x: Any) -> Any:
        return read_npz(Path(x))[0] if isinstance(x, (str, Path)) else x  # the network pads it
