"""Results in plain words and rounded numbers."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from automl_flow.evaluation import LIGHTGBM, MODEL, PRIOR, Comparison, Evaluation
from automl_flow.evaluation.intervals import MIN_DECIDING_ROWS, Interval, Rate
from automl_flow.evaluation.searched import MIN_VERDICT_ROWS, SearchScore
from automl_flow.tasks.metrics import find_metric, pinball_level
from automl_flow.tasks.problem_types import problem_type

_NAMES = {
    MODEL: "this model",
    LIGHTGBM: "default LightGBM",
    "ensemble": "the ensemble without the searched network",
    "network": "the searched network alone",
}
_SAME = {
    "ensemble": "Same as the ensemble alone: the searched network got no weight.",
    "network": "Same as the searched network alone: the ensemble got no weight.",
}
_NEARLY = 1e-6  # of a tenth of a percent: what is a rounding error below a whole one is a whole one


def number(value: float | None, digits: int = 4) -> str:
    """Write a number with *digits* significant digits, never in scientific notation below 10^9."""
    if value is None or not math.isfinite(value):
        return "–"
    if value == 0:
        return "0"
    value = float(f"{value:.{digits - 1}e}")  # 0.99996 has one digit more before the point
    decimals = digits - 1 - math.floor(math.log10(abs(value)))
    if decimals > digits + 4 or abs(value) >= 1e9:
        return f"{value:.{digits - 1}e}"
    return f"{value:,.{max(decimals, 0)}f}".replace("-", "−")


def share(value: float | None) -> str:
    """Write a share as a percentage."""
    return "–" if value is None else f"{value:.1%}"


def shares(values: Sequence[float], total: float) -> list[str]:
    """Write shares as percentages with one decimal that add up to that of *total*, which is their sum.

    What rounding leaves over goes to those that lost most by it (largest remainder).
    """
    tenths = [1000 * value for value in values]
    whole = [math.floor(value + _NEARLY) for value in tenths]
    missing = round(1000 * total) - sum(whole)
    order = sorted(range(len(values)), key=lambda i: (whole[i] - tenths[i], i))
    for i in order[: max(missing, 0)]:
        whole[i] += 1
    return [f"{value / 10:.1f}%" for value in whole]


def params(values: Mapping[str, Any]) -> str:
    """Write hyper-parameters in a line, numbers with four digits."""
    return ", ".join(f"{name}={_param(value)}" for name, value in sorted(values.items()))


def _param(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def spread(interval: Interval) -> str:
    """Write the two ends of an interval, with as many decimals as the larger of them needs for four digits."""
    ends = (interval.low, interval.high)
    if not all(map(math.isfinite, ends)) or max(map(abs, ends)) == 0:
        return " to ".join(number(end) for end in ends)
    largest = max(map(abs, ends))
    if not 1e-5 <= largest < 1e9:
        return " to ".join(number(end) for end in ends)
    decimals = max(0, 3 - math.floor(math.log10(largest)))
    return " to ".join(f"{end + 0.0:,.{decimals}f}".replace("-", "−") for end in ends)


def percent_spread(interval: Interval | Rate) -> str:
    """Write the two ends of an interval of shares."""
    return f"{interval.low:.1%} to {interval.high:.1%}".replace("-", "−")


def model_name(name: str, evaluation: Evaluation) -> str:
    """Name a prediction as a reader knows it."""
    if name != PRIOR:
        return _NAMES.get(name, name)
    kind = problem_type(evaluation.problem)
    if kind.has_probabilities:
        return f"constant baseline ({'class' if kind.has_classes else 'label'} frequencies)"
    return f"constant baseline ({'mean' if pinball_level(evaluation.metric) is None else 'quantile'})"


def metric_name(name: str) -> str:
    """Name a metric as a reader knows it."""
    known = find_metric(name)
    return (known and known.title) or name.replace("_", " ")


def direction(evaluation: Evaluation) -> str:
    """Say which way the task's metric is better."""
    return "higher is better" if evaluation.greater_is_better else "lower is better"


def compared(comparison: Comparison, evaluation: Evaluation) -> str:
    """Say in a sentence how the model does against another."""
    other = model_name(comparison.against, evaluation)
    gain = comparison.gain
    if gain.low == gain.value == gain.high == 0:
        return _SAME.get(comparison.against, f"Same score as {other}.")
    better = gain.value >= 0
    if not better:  # by how much it is worse is a positive number, too
        gain = Interval(-gain.value, -gain.high, -gain.low)
    if comparison.decided:
        word = "Better" if better else "Worse"
        between = f"{evaluation.confidence:.0%} interval {spread(gain)}"
        article = "the " if comparison.against == PRIOR else ""
        return f"{word} than {article}{other} by {number(gain.value)} ({between})."
    word = "worse" if better else "better"
    subject = f"The {other}" if comparison.against == PRIOR else other[:1].upper() + other[1:]
    between = f"{evaluation.confidence:.0%} interval of the difference {spread(gain)}"
    verdict = f"with {comparison.rows:,} rows this is not a significant difference"
    if comparison.rows < MIN_DECIDING_ROWS:
        verdict = f"{comparison.rows} rows are too few to call it significant or not (at least {MIN_DECIDING_ROWS})"
    if gain.value == 0:
        return f"{subject} scores the same ({between})."
    return f"{subject} is {number(gain.value)} {word}; {verdict} ({between})."


def search_name(search: SearchScore) -> str:
    """Name the score by which the search chose."""
    return "cross-validation score" if search.out_of_fold else "validation score"


def search_rows(search: SearchScore, n_train: int) -> str:
    """Say on which rows the search's score was measured, and why it is a little too good."""
    if search.out_of_fold:
        told = f"out-of-fold, on {search.rows:,} training rows"
    else:
        told = f"on {search.rows:,} rows held back from the {n_train:,} training rows"
    return (
        told if search.trials < 2 else f"{told}; best of {search.trials:,} trials on these rows, so slightly optimistic"
    )


def optimism(evaluation: Evaluation) -> str:
    """Say in a sentence whether the score of the search was too good; no verdict where the rows are few."""
    search = evaluation.search
    if search is None:
        return "No score of the search is known to compare with the holdout."
    gap, name = search.optimism, search_name(search)
    told = f"The {name} is {number(search.score)}, the holdout score {number(evaluation.headline.value)}"
    between = f"{evaluation.confidence:.0%} interval of its advantage {spread(gap)}"
    alike = "every resample of the rows has the same score, so there is no interval"
    if not search.varied:
        between = alike
    if not search.enough:
        return (
            f"{told}. {search.rows:,} and {evaluation.n_holdout:,} rows are too few to tell whether the search "
            f"overfitted: that takes {MIN_VERDICT_ROWS} rows on each side ({between})."
        )
    if not search.varied:
        return f"{told}. Whether the search overfitted is unknown: {alike}."
    if gap.low > 0:
        return f"{told}: the search was too optimistic by {number(gap.value, 3)} ({between}). Trust the holdout score."
    if gap.high <= 0:
        return f"{told}, which is better by {number(-gap.value, 3)} ({between})."
    return (
        f"{told}: no evidence of overfitting, but an advantage of up to {number(gap.high, 3)} cannot be ruled out "
        f"({between})."
    )


def points(evaluation: Evaluation) -> str:
    """Say that an interval without width does not mean certainty; empty where every interval has one."""
    if all(interval.low < interval.high for interval in evaluation.metric_intervals.values()):
        return ""
    told = "Where an interval is a single point, all resamples have the same score, which does not make it certain."
    if evaluation.scores[MODEL].get("accuracy") != 1:
        return told
    most = 3 / evaluation.n_holdout  # the rule of three (Hanley and Lippman-Hand 1983)
    return (
        f"{told} After {evaluation.n_holdout:,} rows without an error, up to {most:.1%} of new rows may be wrong (95%)."
    )


def repeated(evaluation: Evaluation) -> tuple[str, ...]:
    """Sentences on the repeated cross-validation of a small table, or on why there is none; nothing for large ones."""
    found = evaluation.refits.cross_validation
    if found is None:
        return (evaluation.refits.reason,) if evaluation.refits.reason else ()
    low, high = found.range
    times = len(found.scores)
    told = (
        f"Repeated cross-validation over all {found.rows:,} rows: {metric_name(evaluation.metric)} "
        f"{number(found.mean)}"
        + (f", {number(low)} to {number(high)} over {times} repeats of {found.folds} folds." if times > 1 else ".")
    )
    folds = found.fold_range
    about = round(found.rows / found.folds)
    return (
        f"{told} On single folds of about {about:,} rows it ranges from {number(folds[0])} to "
        f"{number(folds[1])}, depending on which rows are held out.",
        "In every fold the members of the ensemble are refitted with the parameters that the search chose"
        f"{_without_network(evaluation)}. The choice was made with the training part of the same rows, so these "
        "scores are slightly optimistic; and the folds share rows, so their range is not a confidence interval.",
    )


def _without_network(evaluation: Evaluation) -> str:
    """A half-sentence where the model has a network that is not fitted again."""
    blended = "network" in evaluation.scores and evaluation.scores[MODEL] != evaluation.scores.get("ensemble")
    return "; the searched network, which is a part of the model, is left out" if blended else ""


def without_input(evaluation: Evaluation, column: str) -> str:
    """Say that a sensitive column is an input of the model, and what leaving it out costs."""
    told = f"The sensitive column {column} is an input of the model."
    advice = " The role “ignore” under task.roles keeps it out; other columns may still stand in for it."
    comparison = evaluation.refits.without.get(column)
    if comparison is None:
        place = next((i for i in evaluation.importance if i.feature == column), None)
        shuffled = "" if place is None else f" Shuffling it costs {number(place.loss, 3)} of the score."
        return f"{told}{shuffled} To measure what leaving it out costs, set its role to “ignore” and run again.{advice}"
    gain, confidence = comparison.gain, evaluation.confidence
    lost = f"{number(abs(gain.value), 3)} {'worse' if gain.value > 0 else 'better'}"
    if gain.value == 0:
        lost = "the same"
    verdict = "" if comparison.decided else ", which is not a significant difference"
    if comparison.rows < MIN_DECIDING_ROWS:
        verdict = f"; {comparison.rows} rows are too few to call that significant or not"
    return (
        f"{told} Without it the ensemble, fitted again on the same rows, is {lost} on the holdout{verdict} "
        f"({confidence:.0%} interval of what it adds {spread(gain)}).{advice}"
    )
