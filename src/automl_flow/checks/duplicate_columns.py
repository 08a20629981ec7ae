"""Feature columns that carry the same values as an earlier one."""

from __future__ import annotations

from automl_flow.checks.finding import Check, Finding, counted, listed
from automl_flow.checks.view import TableView, is_number


def _run(view: TableView) -> list[Finding]:
    first: dict[bytes, str] = {}
    twins: dict[str, str] = {}
    for name in view.features:
        key = _key(view, name)
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
            f"{counted(len(twins), 'column carries', 'columns carry')} exactly the same information as an earlier one: "
            f"{listed(pairs)}",
            "Give one of each pair the role 'ignore'.",
        )
    ]


def _key(view: TableView, name: str) -> bytes | None:
    """Return bytes that are equal for columns of equal content; ``None`` where the question makes no sense.

    Categories are compared by code, so that "yes/no" equals "1/0". Where nearly every row has a value of its own,
    codes say nothing: numbers are then compared by value, and text is left to the search for identifiers.
    """
    codes = view.codes[name].to_numpy()
    distinct = int(codes.max(initial=-1)) + 1
    if distinct <= 1:
        return None  # constants are another check's business
    if distinct * 10 <= len(codes):
        return codes.tobytes()
    return view.numbers(name).tobytes() if is_number(view.table[name]) else None


ENTRY = Check("Columns that carry the same information as an earlier one", _run)
