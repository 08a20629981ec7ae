from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.evaluation.importance import permutation_importance
from automl_flow.evaluation.intervals import Holdout
from automl_flow.tasks.metrics import METRICS
from tests.evaluation.test_robustness import every_type

RMSE, ACCURACY = METRICS["rmse"], METRICS["accuracy"]
rng = np.random.default_rng(0)
TABLE = pd.DataFrame({"noise": rng.normal(size=400), "signal": rng.normal(size=400), "city": ["a", "b"] * 200})
HOLDOUT = Holdout(3 * TABLE["signal"].to_numpy())


def predict(table: pd.DataFrame) -> np.ndarray:
    return 3 * table["signal"].fillna(0).to_numpy()


def test_what_is_used_is_important_and_the_rest_is_exactly_zero():
    found = permutation_importance(HOLDOUT, TABLE, predict, RMSE, row_predictions=10_000, seed=0)
    assert [i.feature for i in found] == ["signal", "city", "noise"]
    assert found[0].loss == pytest.approx(3 * np.sqrt(2), rel=0.15)
    assert found[1].loss == found[2].loss == 0


def test_importance_of_a_score_is_a_loss_too():
    y = (TABLE["signal"] > 0).to_numpy().astype(int)

    def probabilities(table: pd.DataFrame) -> np.ndarray:
        return np.eye(2)[(table["signal"] > 0).to_numpy().astype(int)]

    found = permutation_importance(Holdout(y), TABLE, probabilities, ACCURACY, row_predictions=10_000, seed=0)
    assert found[0].feature == "signal"
    assert found[0].loss == pytest.approx(0.5, abs=0.1)


def test_the_cost_is_bounded():
    seen = []

    def counting(table: pd.DataFrame) -> np.ndarray:
        seen.append(len(table))
        return predict(table)

    wide = pd.concat([TABLE] * 50, ignore_index=True)
    permutation_importance(Holdout(3 * wide["signal"].to_numpy()), wide, counting, RMSE, row_predictions=3000, seed=0)
    assert sum(seen[1:]) <= 3000


def test_it_repeats_exactly():
    runs = [permutation_importance(HOLDOUT, TABLE, predict, RMSE, row_predictions=1000, seed=s) for s in (1, 1, 2)]
    assert runs[0] == runs[1] != runs[2]


def test_channels_of_sequences_and_blocks_of_images_are_features():
    x = rng.normal(size=(50, 3, 6)).astype(np.float32)
    found = permutation_importance(
        Holdout(x[:, 1].sum(axis=1)), x, lambda s: s[:, 1].sum(axis=1), RMSE, row_predictions=1000, seed=0
    )
    assert found[0].feature == "channel 1"
    assert {i.loss for i in found[1:]} == {0.0}
    images = rng.random((50, 8, 8, 1)).astype(np.float32)
    found = permutation_importance(
        Holdout(images[:, 0, 0, 0]), images, lambda s: s[:, 0, 0, 0], RMSE, row_predictions=5000, seed=0
    )
    assert len(found) == 16
    assert found[0].feature == "rows 0–1, columns 0–1"


def test_the_samples_are_not_changed():
    before = TABLE.copy(deep=True)
    permutation_importance(HOLDOUT, TABLE, predict, RMSE, row_predictions=1000, seed=0)
    pd.testing.assert_frame_equal(TABLE, before)


def test_columns_of_every_type_can_be_shuffled():
    table = TABLE.assign(**every_type(400))
    assert len(permutation_importance(HOLDOUT, table, predict, RMSE, row_predictions=10_000, seed=0)) == 9
