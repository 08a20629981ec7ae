"""Order of category labels that name ranges: "under 18", "18-24", "65 or older"."""

from __future__ import annotations

import re
from collections.abc import Iterable

_MIN_LABELS = 3
MAX_LABELS = 50  # more are likely to be names
_NUMBER = re.compile(r"(?<![A-Za-z\d])\d[\d,]*(?:\.\d+)?")  # "A11" is a code, not a number
# A dash before a number is a minus sign if it cannot join two numbers: "-5", "(-5", "to -5", not "1-5" or "1% - 5%".
_MINUS = re.compile(r"(?:^|[(\[<>=,;-]\s*|[A-Za-z]\s+)[-\u2212][$€£]?$")
_BELOW = frozenset({"<", "under", "less", "below", "younger", "fewer", "up"})
_ABOVE = frozenset({">", "+", "over", "more", "above", "older", "greater", "least", "plus"})
_FILLING = frozenset({"to", "or", "and", "than", "at", "most", "until", "from", "between"})
_MARKS = frozenset("%$€£")
_WORD = re.compile(r"[A-Za-z]+|[<>+]")

_Key = tuple[float, int, float]


def numeric_order(labels: Iterable[str]) -> tuple[str, ...] | None:
    """Sort labels by their numbers if these are ranges, amounts or bounds of one quantity.

    Labels that differ in other words ("1. Married", "2. Single"), plain numbers and codes ("A11", "Ward 3") are names
    and have no order.

    Returns:
        The labels from low to high; ``None`` if they have no order, or an ambiguous one.
    """
    distinct = list(labels)
    if not _MIN_LABELS <= len(distinct) <= MAX_LABELS:
        return None
    keys = [_key(label) for label in distinct]
    units = {_unit(label) for label in distinct}
    quantities = sum(_is_quantity(label) for label in distinct)
    if None in keys or len(units) > 1 or len(set(keys)) < len(keys) or 2 * quantities < len(distinct):
        return None
    return tuple(label for _, label in sorted(zip(keys, distinct, strict=True), key=lambda pair: pair[0] or ()))


def _numbers(label: str) -> list[float]:
    return [_signed(label[: found.start()], found[0]) for found in _NUMBER.finditer(label)]


def _signed(before: str, digits: str) -> float:
    number = float(digits.replace(",", ""))
    return -number if _MINUS.search(before) else number


def _words(label: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(label)]


def _key(label: str) -> _Key | None:
    """Sort key: the first number, whether the label means less or more than it, and the second number."""
    numbers, words = _numbers(label), set(_words(label))
    if not 1 <= len(numbers) <= 2:
        return None
    side = bool(words & _ABOVE) - bool(words & _BELOW)
    return (numbers[0], side, numbers[-1])


def _unit(label: str) -> tuple[str, ...]:
    """The unit, in the singular."""
    return tuple(w.removesuffix("s") for w in _words(label) if w not in _BELOW | _ABOVE | _FILLING)


def _is_quantity(label: str) -> bool:
    """Whether a label is a range, a bound, a percentage or an amount of money."""
    return len(_numbers(label)) > 1 or bool(set(_words(label)) & (_BELOW | _ABOVE)) or bool(set(label) & _MARKS)
