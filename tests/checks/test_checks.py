from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from automl_flow.checks import run_checks
from automl_flow.tasks.profile import profile_table
from tests.checks.tables import N, found, healthy, task

rng = np.random.default_rng(1)


def test_a_healthy_table_raises_no_alarm():
    assert all(finding.level == "info" for finding in found(healthy()).values())


def test_duplicate_rows_are_counted_and_located():
    table = pd.concat([healthy(), healthy().head(7)], ignore_index=True)
    finding = found(table)["duplicate_rows"]
    assert finding.level == "warning"
    assert "7 of 207 rows" in finding.message
    assert "200" in finding.message


def test_duplicate_rows_survive_cells_that_cannot_be_hashed():
    table = healthy().assign(tags=[["a"], ["b"]] * (N // 2)).drop(columns="age")
    assert "duplicate_rows" in found(table)


def test_duplicate_columns_are_seen_under_other_names_of_the_categories():
    table = healthy()
    table["town"] = table["city"].map({"Rome": "R", "Oslo": "O", "Lima": "L"})
    table["years"] = table["age"]
    assert found(table)["duplicate_columns"].columns == ("town", "years")


def test_continuous_columns_are_not_duplicates_for_being_unique():
    table = healthy().assign(height=rng.normal(size=N))
    assert "duplicate_columns" not in found(table)


def test_constant_and_empty_columns():
    table = healthy().assign(unit="kg", empty=np.nan)
    assert found(table)["constant_columns"].columns == ("unit", "empty")


def test_nearly_constant_columns():
    table = healthy(2000).assign(flag=[1] + [0] * 1999)
    assert found(table)["nearly_constant_columns"].columns == ("flag",)


def test_mostly_missing_columns_are_a_warning():
    table = healthy()
    table["income"] = np.where(np.arange(N) < 150, np.nan, rng.normal(size=N))
    finding = found(table)["missing_values"]
    assert (finding.level, finding.columns) == ("warning", ("income",))
    assert "75.0%" in finding.message


def test_missing_target_is_located():
    table = healthy().astype({"target": object})
    table.loc[[3, 8], "target"] = None
    finding = found(table)["missing_target"]
    assert "2 of 200 rows" in finding.message
    assert "rows 3, 8" in finding.message


@pytest.mark.parametrize(("problem", "value"), [("binary", "yes"), ("regression", 3.5)])
def test_a_constant_target_is_an_error(problem, value):
    finding = found(healthy().assign(target=value), task(problem=problem))["constant_target"]
    assert finding.level == "error"


def test_imbalance_grows_from_information_to_warning():
    table = healthy(1000)
    table["target"] = np.where(np.arange(1000) < 100, "yes", "no")
    assert found(table)["class_imbalance"].level == "info"
    table["target"] = np.where(np.arange(1000) < 15, "yes", "no")
    finding = found(table)["class_imbalance"]
    assert finding.level == "warning"
    assert "15 of 1000" in finding.message


def test_rare_classes_are_named_with_their_counts():
    table = healthy()
    table.loc[:3, "target"] = "maybe"
    assert "maybe: 4" in found(table, task(problem="multiclass"))["rare_classes"].message


def test_few_rows_for_many_features():
    wide = pd.DataFrame(rng.normal(size=(60, 40))).rename(columns=str).assign(target=["a", "b"] * 30)
    assert "60 rows for 40 features" in found(wide)["few_rows"].message


@pytest.mark.parametrize("values", [np.arange(1000, 1000 + N), [f"C-{i:04}" for i in range(N)]])
def test_identifiers_are_recognised(values):
    assert found(healthy().assign(code=values))["identifier_columns"].columns == ("code",)


def test_measurements_are_no_identifiers():
    assert "identifier_columns" not in found(healthy().assign(height=rng.normal(size=N)))


def test_high_cardinality():
    table = healthy().assign(street=[f"street {i % 70}" for i in range(N)])
    assert found(table)["high_cardinality"].columns == ("street",)


def test_numbers_with_words_among_them_are_mixed():
    table = healthy().assign(income=["12.5", "unknown", "7", "30.1"] * (N // 4))
    finding = found(table)["mixed_types"]
    assert finding.columns == ("income",)
    assert "75% numbers" in finding.message
    assert "unknown" in finding.message


def test_objects_of_several_types_are_mixed():
    table = healthy().assign(thing=pd.Series([1, "a", 2.5, "b"] * (N // 4), dtype=object))
    assert "int × 50" in found(table)["mixed_types"].message


def test_infinite_features_warn_and_an_infinite_target_is_an_error():
    table = healthy()
    table.loc[5, "age"] = np.inf
    finding = found(table)["infinite_values"]
    assert finding.level == "warning"
    assert "row 5" in finding.message
    table["target"] = table["age"]
    assert found(table, task(problem="regression"))["infinite_values"].level == "error"


def test_dates_that_can_be_read_in_two_ways():
    table = healthy().assign(day=[f"{1 + i % 12:02}/{1 + i % 9:02}/2024" for i in range(N)])
    assert found(table)["unclear_dates"].columns == ("day",)


def test_dates_spoiled_by_other_values():
    table = healthy().assign(day=[f"2024-03-{1 + i % 28:02}" if i % 4 else "soon" for i in range(N)])
    assert found(table)["dates_in_text"].columns == ("day",)


def test_conflicting_labels_are_counted():
    table = pd.DataFrame({"x": [1, 1, 2, 2, 3, 3] * 20, "target": ["a", "b", "a", "a", "b", "b"] * 20})
    assert found(table)["conflicting_labels"].message.startswith("40 rows (33.3%)")


def test_drift_between_given_sides():
    table = healthy().assign(side=["train"] * 120 + ["holdout"] * 80, steady=rng.normal(size=N))
    table.loc[120:, "age"] += 30
    assert found(table, task(split_column="side"))["split_drift"].columns == ("age",)


def test_findings_are_ordered_by_severity_and_repeat_exactly():
    table = healthy().assign(copy=lambda t: t["target"].map({"yes": 1, "no": 0}), unit="kg", code=np.arange(N))
    runs = [run_checks(table, task(), profile_table(table, task())) for _ in range(2)]
    assert runs[0] == runs[1]
    order = [finding.level for finding in runs[0]]
    assert order == sorted(order, key=["error", "warning", "info"].index)


def test_the_table_is_not_changed():
    table = healthy().assign(thing=pd.Series([1, "a"] * (N // 2), dtype=object))
    before = table.copy(deep=True)
    found(table)
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    "spell",
    [
        lambda v: f"{v:.2f}".replace(".", ","),
        lambda v: f"{v:,.2f}",
        lambda v: f"{v:,.2f}".replace(",", "'"),
        lambda v: f"${v:,.2f}",
        lambda v: f"{v:.2f} €",
        lambda v: f"EUR {v:.0f}",
        lambda v: f"{v:.1f}%",
        lambda v: f"{v:.1f} kg",
        lambda v: f"({v:.1f})",
        lambda v: f"<{v:.1f}",
        lambda v: f"−{v:.1f}",
    ],
)
def test_numbers_in_another_spelling_are_recognised(spell):
    amounts = [spell(1000 + 17.31 * row) for row in range(N)]
    assert found(healthy().assign(amount=amounts))["numbers_in_text"].columns == ("amount",)


@pytest.mark.parametrize(
    "spell",
    [
        lambda v: f"{v}.5",
        lambda v: f"A{v}",
        lambda v: f"2020-01-{v % 28 + 1:02d}",
        lambda v: f"192.168.1.{v}",
        lambda v: f"{v}-{v + 5}",
        lambda v: f"word {v} and more",
    ],
)
def test_numbers_codes_dates_and_ranges_are_no_numbers_in_another_spelling(spell):
    assert "numbers_in_text" not in found(healthy().assign(code=[spell(row) for row in range(N)]))


@pytest.mark.parametrize("cell", [[1, 2], {"a": 1}, (1,), b"x", np.zeros(2)])
def test_cells_that_are_no_single_values_are_recognised(cell):
    table = healthy()
    table["cells"] = pd.Series([cell] * N, dtype=object)
    assert found(table)["nested_cells"].columns == ("cells",)
