from __future__ import annotations

import numpy as np
import pytest

from tests.checks.tables import N, found, healthy, task

LEAKAGE = ["target_leakage"]
rng = np.random.default_rng(2)


def test_a_copy_under_other_names_is_an_error():
    table = healthy()
    table["denied"] = table["target"].map({"yes": 1, "no": 0})
    finding = found(table, names=LEAKAGE)["target_copy"]
    assert (finding.level, finding.columns) == ("error", ("denied",))


def test_a_copy_on_another_scale_is_an_error_in_regression():
    table = healthy().assign(target=rng.normal(size=N))
    table["scaled"] = 100 - 3 * table["target"]
    assert found(table, task(problem="regression"), LEAKAGE)["target_copy"].columns == ("scaled",)


def test_a_number_that_gives_the_class_away_is_suspected():
    table = healthy(1000)
    table["fee"] = np.where(table["target"] == "yes", rng.uniform(5, 9, 1000), rng.uniform(0, 4, 1000))
    assert found(table, names=LEAKAGE)["target_leakage"].columns == ("fee",)


def test_missing_cells_that_give_the_class_away_are_suspected():
    table = healthy(1000)
    table["closed"] = np.where(table["target"] == "yes", np.nan, rng.normal(size=1000))
    assert found(table, names=LEAKAGE)["target_leakage"].columns == ("closed",)


def test_categories_that_give_a_value_away_are_suspected():
    table = healthy(1000)
    table["target"] = table["city"].map({"Rome": 1.0, "Oslo": 5.0, "Lima": 9.0}) + rng.normal(0, 0.01, 1000)
    assert "city" in found(table, task(problem="regression"), LEAKAGE)["target_leakage"].columns


def test_names_of_rows_that_are_sorted_by_a_value_do_not_give_it_away():
    table = healthy().assign(target=np.sort(rng.normal(size=N)))
    table["name"] = [f"{number:x}" for number in rng.permutation(10**6)[:N]]
    assert "name" not in str(found(table, task(problem="regression"), LEAKAGE))


@pytest.mark.parametrize("problem", ["binary", "multiclass"])
def test_a_strong_and_honest_feature_is_not_suspected(problem):
    table = healthy(1000)
    table["strong"] = (table["target"] == "yes") + rng.normal(0, 0.35, 1000)
    assert not found(table, task(problem=problem), LEAKAGE)


def test_a_column_that_is_ignored_is_not_looked_at():
    table = healthy().assign(copy=lambda t: t["target"])
    assert not found(table, task(roles={"copy": "ignore"}), LEAKAGE)


def test_a_copy_that_is_the_only_column_is_a_warning():
    table = healthy()[["target"]].assign(scaled=lambda t: t["target"].map({"yes": 1, "no": 0}))
    assert found(table, names=LEAKAGE)["target_copy"].level == "warning"
