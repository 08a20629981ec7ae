"""Text columns whose cells are numbers to people: with a decimal comma, separators, a currency or a unit."""

from __future__ import annotations

import re

import pandas as pd

from automl_flow.checks.finding import Check, Finding, counted, listed
from automl_flow.checks.view import TableView, is_text

_MOSTLY = 0.8  # of the distinct texts of a column
_FEWEST = 5  # of them: two or three may be codes
_LOOKED_AT = 2000
_LONGEST = 40
_NUMBER = re.compile(
    r"^\W{0,3}([A-Z]{3}\s)?\W{0,3}"  # minus, parenthesis, currency, or a bound
    r"(\d{1,3}([ .,'’\u00a0\u202f_]\d{3})+|\d+)([.,]\d+)?"
    r"\s?\W{0,3}([^\W\d]{1,5}([²³/][^\W\d]{0,3})?)?\W{0,2}$"  # unit, percent, currency
)


def _run(view: TableView) -> list[Finding]:
    found: dict[str, str] = {}
    for name in view.features:
        if is_text(view.table[name]) and name not in view.task.roles:
            texts = pd.unique(view.table[name].dropna().iloc[: 10 * _LOOKED_AT].astype(str))[:_LOOKED_AT]
            spelled = [text for text in texts if len(text) <= _LONGEST and _NUMBER.match(text.strip())]
            plain = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").notna().mean() if len(texts) else 0
            if len(texts) >= _FEWEST and len(spelled) >= _MOSTLY * len(texts) and plain < 1 - _MOSTLY:
                found[name] = spelled[0]
    if not found:
        return []
    return [
        Finding(
            "numbers_in_text",
            "warning",
            tuple(found),
            f"{counted(len(found), 'text column looks', 'text columns look')} like numbers in another spelling: "
            f"{listed(f'{name} ({example})' for name, example in found.items())}",
            "Only numbers such as 1234.5 are read as numbers: write them so, or give the columns the role that they "
            "have if they are names.",
        )
    ]


ENTRY = Check("Text that is numbers in another spelling", _run)
