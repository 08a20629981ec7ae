"""Differences between the groups of a sensitive column, in sentences."""

from __future__ import annotations

from automl_flow.evaluation import Evaluation
from automl_flow.evaluation.fairness import Gap
from automl_flow.reports.formatting import metric_name, number, percent_spread, share, spread, without_input

FOUR_FIFTHS = 0.8


def column_facts(evaluation: Evaluation) -> dict[str, list[str]]:
    """Sentences for every sensitive column: whether it is an input, and how far its groups are apart."""
    columns = dict.fromkeys([group.column for group in evaluation.groups] + list(evaluation.refits.inputs))
    return {column: _facts(evaluation, column) for column in columns}


def _facts(evaluation: Evaluation, column: str) -> list[str]:
    told = [without_input(evaluation, column)] if column in evaluation.refits.inputs else []
    small = [g.value for g in evaluation.groups if g.column == column and g.rows < evaluation.smallest_group]
    if small:
        told.append(f"Too small to be evaluated (fewer than {evaluation.smallest_group} rows): {', '.join(small)}.")
    gaps = [gap for gap in evaluation.gaps if gap.column == column]
    told += [sentence for gap in gaps if (sentence := _sentence(gap, evaluation))]
    if evaluation.problem == "binary" and evaluation.favourable is None:
        told.append(
            "Which outcome is favourable is not set (task.favourable), so the four-fifths ratio is not computed."
        )
    return told


def _sentence(gap: Gap, evaluation: Evaluation) -> str:
    """One difference in words; of the two that equalised odds are made of, each has its own."""
    if gap.measure == "equalised_odds":
        return ""
    if gap.measure == "favourable_rate":
        return four_fifths(gap, evaluation)
    name = gap_name(gap.measure, evaluation)
    between = f"group “{gap.largest}” against “{gap.smallest}”, {evaluation.confidence:.0%} interval"
    if gap.difference.value == 0:
        return f"{name}: no difference between the groups."
    if gap.measure in ("score", "mean_error"):
        told = f"{name}: {number(gap.difference.value, 3)} apart ({between} {spread(gap.difference)})"
    else:
        points = f"{100 * gap.difference.value:.1f} percentage points apart"
        told = f"{name}: {points} ({between} {percent_spread(gap.difference)})"
    return f"{told}." if gap.difference.low > 0 else f"{told}: not a significant difference."


def gap_name(measure: str, evaluation: Evaluation) -> str:
    """Name a measure as a reader knows it."""
    if measure == "score":
        name = metric_name(evaluation.metric)
        return name[0].upper() + name[1:]
    positive = evaluation.classes[-1] if evaluation.classes else ""
    other = evaluation.classes[0] if evaluation.classes else ""
    equal = {"true_positive_rate": positive, "false_positive_rate": other}.get(measure)
    opportunity = (
        ", equal opportunity" if evaluation.favourable is not None and str(equal) == str(evaluation.favourable) else ""
    )
    return {
        "selection_rate": f"Predicted “{positive}” (demographic parity)",
        "true_positive_rate": f"Recall of “{positive}” (true positive rate{opportunity})",
        "false_positive_rate": f"False positive rate of “{positive}”{opportunity and f' ({opportunity[2:]})'}",
        "mean_error": "Mean error",
    }[measure]


def four_fifths(gap: Gap, evaluation: Evaluation) -> str:
    """The ratio of favourable predictions, and whether it keeps to the four-fifths rule."""
    told = f"Predicted “{evaluation.favourable}” (the favourable outcome)"
    if gap.ratio is None:
        return f"{told}: in no group, so there is no ratio."
    ratio = gap.ratio
    between = f"{evaluation.confidence:.0%} interval {percent_spread(ratio)}"
    groups = f"the rate of group “{gap.smallest}” is {share(ratio.value)} of that of group “{gap.largest}”"
    numbers = f"{told}: {groups} ({between})"
    if ratio.high < FOUR_FIFTHS:
        return f"{numbers}, which is below four fifths."
    if ratio.low >= FOUR_FIFTHS:
        return f"{numbers}, which is not below four fifths."
    return f"{numbers}; these rows do not decide whether it is below four fifths."
