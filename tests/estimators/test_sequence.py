"""The sequence classifier."""

from __future__ import annotations

import numpy as np

from automl_flow import SequenceClassifier


def test_sequences_are_told_apart() -> None:
    rng = np.random.default_rng(0)
    y = np.arange(80) % 2
    waves = np.sin(np.arange(20) * np.where(y, 0.5, 1.5)[:, None])
    x = (waves + 0.3 * rng.normal(size=waves.shape)).astype(np.float32)
    options = {"widths": [16], "layers": [1]}
    classifier = SequenceClassifier(
        max_trials=1, n_jobs=1, final_seeds=1, final_epochs=4, space_options=options, verbose=False
    )
    classifier.fit(x, y, epochs=4)
    assert classifier.score(x, y) > 0.9
    assert classifier.network_.shape.sample == (1, 20)
