from __future__ import annotations

from automl_flow.tabular.cross_validation import choose_folds


def folds(n_rows: int, *, outputs: int = 1, seconds: float | None = 60.0) -> int:
    size = {"n_rows": n_rows, "n_columns": 20, "outputs": outputs, "n_jobs": 2, "seed": 0}
    return choose_folds(**size, seconds=seconds)[1]


def test_five_are_the_rule():
    assert folds(4_000) == 5
    assert folds(4_000, outputs=3, seconds=None) == 5


def test_a_small_table_with_much_time_gets_more():
    assert folds(4_000, seconds=600.0) == 8


def test_few_rows_are_divided_twice():
    assert folds(200) == 10


def test_trials_that_take_long_get_fewer():
    assert folds(4_000, outputs=12) == 3
    assert folds(20_000, outputs=26) == 1
    assert folds(100_000) == 1


def test_no_more_folds_than_half_the_rows():
    assert folds(6) == 6
    assert folds(3) == 4
