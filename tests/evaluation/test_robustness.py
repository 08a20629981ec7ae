from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.evaluation.intervals import Holdout
from automl_flow.evaluation.robustness import robustness
from automl_flow.tasks.metrics import METRICS

RMSE = METRICS["rmse"]
N = 400
rng = np.random.default_rng(0)
TABLE = pd.DataFrame({"signal": rng.normal(size=N), "code": np.arange(N) % 4, "city": ["a", "b"] * (N // 2)})
ROLES = {"signal": "numeric", "code": "ordinal", "city": "categorical"}
HOLDOUT = Holdout(3 * TABLE["signal"].to_numpy())


def every_type(n: int) -> dict[str, object]:
    """A column of every type."""
    return {
        "whole": np.arange(n),
        "flag": [True, False] * (n // 2),
        "day": pd.date_range("2024-01-01", periods=n),
        "kind": pd.Categorical(["x", "y"] * (n // 2)),
        "nullable": pd.array([1, None] * (n // 2), dtype="Int64"),
        "infinite": np.full(n, np.inf),
    }


def run(table=TABLE, predict=lambda t: 3 * t["signal"].fillna(0).to_numpy(), roles=ROLES, rows=10_000):
    return robustness(HOLDOUT, table, predict, RMSE, roles=roles, row_predictions=rows, seed=0)


def seen_by(table=TABLE, roles=ROLES):
    """The tables that a model is given: the undisturbed one, then one for every disturbance."""
    tables = []

    def predict(rows):
        tables.append(rows)
        return np.zeros(len(rows))

    return tables, run(table, predict, roles)


def test_more_of_each_disturbance_costs_more():
    losses = [d.loss for d in run()]
    assert len(losses) == 6
    assert 0 < losses[0] < losses[1]
    assert losses[2] == losses[3] == 0  # nothing depends on the labels
    assert 0 < losses[4] < losses[5]


def test_a_loss_by_hand():
    tables, found = seen_by()
    truth = HOLDOUT.y
    assert found[0].score == pytest.approx(np.sqrt(np.mean(truth**2)))
    assert {d.loss for d in found} == {0.0}  # a constant prediction loses nothing
    assert len(tables) == 7


def test_noise_goes_to_numbers_only_and_never_to_codes():
    (base, *_, little, much), _ = seen_by()
    for noisy, scale in ((little, 0.1), (much, 0.3)):
        pd.testing.assert_series_equal(noisy["code"], base["code"])
        pd.testing.assert_series_equal(noisy["city"], base["city"])
        noise = noisy["signal"] - base["signal"]
        assert noise.std() == pytest.approx(scale * base["signal"].std(), rel=0.15)


def test_labels_are_swapped_alone_and_stay_labels_that_exist():
    (base, _, _, little, much, *_), _ = seen_by()
    for swapped, share in ((little, 0.1), (much, 0.3)):
        pd.testing.assert_series_equal(swapped["signal"], base["signal"])
        assert set(swapped["code"]) <= set(base["code"])
        assert swapped["code"].dtype == base["code"].dtype
        assert (swapped["code"] != base["code"]).mean() == pytest.approx(share * 3 / 4, abs=0.05)


def test_cells_are_emptied_alone():
    (base, little, *_), _ = seen_by()
    assert little.isna().to_numpy().mean() == pytest.approx(0.1, abs=0.03)
    kept = little["signal"].notna()
    pd.testing.assert_series_equal(little["signal"][kept], base["signal"][kept])


def test_the_names_say_what_is_disturbed():
    names = [d.name for d in run()]
    assert names[0] == "10% of all cells missing"
    assert names[2] == "10% of the cells of each of the 2 categorical columns with the value of another row"
    assert names[4] == "noise of 10% of its standard deviation on the numeric column"


@pytest.mark.parametrize(
    ("roles", "count"), [({}, 2), ({"signal": "numeric"}, 4), ({"city": "categorical"}, 4), (ROLES, 6)]
)
def test_what_a_table_does_not_have_is_not_disturbed(roles, count):
    assert len(run(roles=roles)) == count


def test_columns_of_every_type_can_be_disturbed():
    table = TABLE.assign(**every_type(N), text_number=[str(i) for i in range(N)])
    roles = {name: "numeric" if name in ("whole", "infinite", "text_number") else "categorical" for name in table}
    assert len(run(table, roles=roles)) == 6


def test_the_cost_is_bounded_and_the_samples_are_not_changed():
    before = TABLE.copy(deep=True)
    tables, _ = seen_by()
    assert sum(map(len, tables)) <= 10_000
    pd.testing.assert_frame_equal(TABLE, before)


def test_padding_of_sequences_stays_padding():
    x = rng.normal(size=(50, 2, 6)).astype(np.float32)
    x[:, :, 4:] = np.nan
    given = []

    def predict(samples):
        given.append(samples)
        return np.zeros(len(samples))

    found = robustness(Holdout(np.zeros(50)), x, predict, RMSE, roles={}, row_predictions=1000, seed=0)
    assert found[0].name == "noise of 10% of their standard deviation on all channels"
    assert np.isfinite(given[1][:, :, :4]).all()
    assert np.isnan(given[1][:, :, 4:]).all()
