"""Text columns that hold formatted numbers: with a decimal comma, separators, a currency or a unit."""

from __future__ import annotations

import re

import pandas as pd

from automl_flow.checks.context import CheckContext, is_text
from automl_flow.checks.finding import Check, Finding, counted
from automl_flow.core.errors import listed

_MIN_FRACTION = 0.8  # of the distinct texts of a column
_MIN_TEXTS = 5  # distinct ones: two or three may be codes
_MAX_TEXTS = 2000  # that are inspected
_MAX_LENGTH = 40
_NUMBER = re.compile(
    r"^\W{0,3}([A-Z]{3}\s)?\W{0,3}"  # minus, parenthesis, currency, or a bound
    r"(\d{1,3}([ .,'’\u00a0\u202f_]\d{3})+|\d+)([.,]\d+)?"
    r"\s?\W{0,3}([^\W\d]{1,5}([²³/][^\W\d]{0,3})?)?\W{0,2}$"  # unit, percent, currency
)


def _run(context: CheckContext) -> list[Finding]:
    found: dict[str, str] = {}
    for name in context.features:
        if is_text(context.table[name]) and name not in context.task.roles:
            texts = pd.unique(context.table[name].dropna().iloc[: 10 * _MAX_TEXTS].astype(str))[:_MAX_TEXTS]
            spelled = [text for text in texts if len(text) <= _MAX_LENGTH and _NUMBER.match(text.strip())]
            plain = pd.to_numeric(pd.Series(texts, dtype=object), errors="coerce").notna().mean() if len(texts) else 0
            if len(texts) >= _MIN_TEXTS and len(spelled) >= _MIN_FRACTION * len(texts) and plain < 1 - _MIN_FRACTION:
                found[name] = spelled[0]
    if not found:
        return []
    return [
        Finding(
            "numbers_in_text",
            "warning",
            tuple(found),
            f"{counted(len(found), 'text column looks', 'text columns look')} like formatted numbers: "
            f"{listed(f'{name} ({example})' for name, example in found.items())}",
            "Only plain numbers such as 1234.5 are read as numbers: write them that way, or set the role of the "
            "columns if they are labels.",
        )
    ]


ENTRY = Check("Formatted numbers in text", _run)
