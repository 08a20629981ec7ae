"""Feature columns that duplicate an earlier one."""

from __future__ import annotations

from automl_flow.checks.context import CheckContext, is_number
from automl_flow.checks.finding import Check, Finding, counted
from automl_flow.core.errors import listed


def _run(context: CheckContext) -> list[Finding]:
    first: dict[bytes, str] = {}
    twins: dict[str, str] = {}
    for name in context.features:
        key = _key(context, name)
        if key is None:
            continue
        earlier = first.setdefault(key, name)
        if earlier != name:
            twins[name] = earlier
    if not twins:
        return []
    pairs = [f"{name} = {earlier}" for name, earlier in twins.items()]
    return [
        Finding(
            "duplicate_columns",
            "info",
            tuple(twins),
            f"{counted(len(twins), 'column duplicates', 'columns duplicate')} an earlier one: {listed(pairs)}",
            "Give one of each pair the role 'ignore'.",
        )
    ]


def _key(context: CheckContext, name: str) -> bytes | None:
    """Return bytes that are equal for columns of equal content; ``None`` if a comparison makes no sense.

    Categories are compared by code, so that "yes/no" equals "1/0". If nearly all values are distinct, codes are
    meaningless: numbers are then compared by value, and text is left to the identifier check.
    """
    codes = context.codes[name].to_numpy()
    distinct = int(codes.max(initial=-1)) + 1
    if distinct <= 1:
        return None  # constants have a check of their own
    if distinct * 10 <= len(codes):
        return codes.tobytes()
    return context.numbers(name).tobytes() if is_number(context.table[name]) else None


ENTRY = Check("Duplicate columns", _run)
