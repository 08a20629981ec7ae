from __future__ import annotations

import pytest

from automl_flow.tasks.label_order import numeric_order


@pytest.mark.parametrize(
    "ordered",
    [
        ("0%", "1 - 10%", "11 - 23%", "100%"),
        ("under 18", "18-24", "25-34", "65 or older"),
        ("< 1 year", "1-2 years", "2-5 years", "> 5 years"),
        ("f 0", "f 1-49", "f 50-99", "f 20000-?"),
        ("$1,000 to 2,999", "$3,000 to 9,999", "$10,000 or more"),
        ("less than 0.5", "0.5 to 1.5", "1.5 to 10.5", "more than 10.5"),
        ("up to 10", "10-20", "20+"),
        ("-10 to -5", "-5 to 0", "0 to 5"),
        ("(-20.5, -3.0]", "(-3.0, 0.5]", "(0.5, 12.0]"),
        ("less than -$50", "-$50 to $0", "$0 - $100", "$100 or more"),
        ("10%-20%", "20%-30%", "30%-40%"),
    ],
)
def test_ranges_and_bounds_are_sorted_by_their_numbers(ordered):
    assert numeric_order(ordered) == ordered
    assert numeric_order(sorted(ordered)) == ordered
    assert numeric_order(reversed(ordered)) == ordered


@pytest.mark.parametrize(
    "names",
    [
        ("1. Never Married", "2. Married", "3. Widowed"),
        ("A11", "A12", "A13"),
        ("VS1", "VS2", "SI1"),
        ("Ward 1", "Ward 2", "Ward 3"),
        ("1", "2", "3"),
        ("10-20", "20-30", "unknown"),
        ("10-20 kg", "20-30 kg", "30-40 lb"),
        ("10-20", "10 - 20", "20-30"),  # which of the two comes first?
        ("2017-01-06", "2017-01-07", "2017-01-08"),
        ("yes", "no", "maybe"),
        ("0-9", "10-19"),  # two need no order
        tuple(f"{low}-{low + 9}" for low in range(0, 600, 10)),
        (),
    ],
)
def test_names_have_no_order(names):
    assert numeric_order(names) is None
