"""The sequence classifier."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from automl_flow import SequenceClassifier, load_model
from automl_flow.core.errors import DataError
from tests.execution.inline import make_inline_runner


@pytest.fixture(autouse=True)
def inline() -> Iterator[None]:
    """Evaluate in this process, which starts sooner."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("automl_flow.nas.search.run.make_runner", make_inline_runner)
        yield


def make(**changes: Any) -> SequenceClassifier:
    settings: dict[str, Any] = {
        "max_trials": 1,
        "n_jobs": 1,
        "final_seeds": 1,
        "final_epochs": 4,
        "space_options": {"widths": [16], "layers": [1]},
        "progress": False,
    }
    return SequenceClassifier(**{**settings, **changes})


def waves(steps: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Slow waves and quick ones."""
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    clean = np.sin(np.arange(steps) * np.where(y, 0.5, 1.5)[:, None])
    return (clean + 0.3 * rng.normal(size=clean.shape)).astype(np.float32), y


def test_sequences_are_told_apart() -> None:
    x, y = waves()
    classifier = make().fit(x, y, epochs=4)
    assert classifier.score(x, y) > 0.9
    assert classifier.network_.shape.sample == (1, 20)


def test_sequences_of_different_lengths_are_told_apart(tmp_path: Path) -> None:
    x, y = waves()
    ragged = [row[: 12 + i % 9] for i, row in enumerate(x)]
    classifier = make().fit(ragged, y, epochs=4)
    assert np.mean(classifier.predict(ragged) == y) > 0.9
    assert len(classifier.predict(x)) == 80  # as long as the longest
    classifier.save(tmp_path / "m")
    loaded = load_model(tmp_path / "m")
    np.testing.assert_array_equal(loaded.predict_proba(ragged), classifier.predict_proba(ragged))
    assert classifier.export_onnx(tmp_path / "m.onnx") < 1e-4
    with pytest.raises(DataError, match="sample 0 has 1 channels and 40 steps"):
        classifier.predict([np.zeros(40)])


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (np.zeros((4, 2, 3, 3)), [0, 1, 0, 1], "sequence data must have the shape"),
        ([np.zeros(3), np.zeros((2, 3))], [0, 1], "same channels"),
        (np.array([[1.0, np.nan, 2.0]] * 4), [0, 1, 0, 1], "NaN between"),
        ([], [], "no rows"),
    ],
)
def test_bad_input_is_refused_with_the_reason(x: Any, y: Any, message: str) -> None:
    with pytest.raises(DataError, match=message):
        make().fit(x, y)
