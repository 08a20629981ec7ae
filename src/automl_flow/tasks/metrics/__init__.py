"""Metrics: one list for search, ensembles and evaluation.

Predictions are probabilities of shape (n, k), columns in the order of the classes, for classification, and values
of shape (n,) for regression. Targets are class codes 0…k-1, or numbers. Several targets are labels 0/1 with their
probabilities, or values; both arrays then have the shape (n, k).

A user's metric is a module ``automl_flow_extensions.tasks.metrics.profit`` with ``ENTRY = make_metric(…)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.registry import Registry
from automl_flow.tasks.metrics._metric import Metric, Needs, Score
from automl_flow.tasks.metrics._ours import METRICS, pinball, pinball_level
from automl_flow.tasks.metrics._own import for_classes, from_scorer, make_metric
from automl_flow.tasks.types import Problem

__all__ = [
    "METRICS",
    "OWN_METRICS",
    "Metric",
    "Needs",
    "Score",
    "as_metric",
    "find_metric",
    "for_classes",
    "get_metric",
    "make_metric",
    "metric_names",
    "pinball_level",
]

OWN_METRICS: Registry[Metric] = Registry(__name__, "metric")


def find_metric(name: str) -> Metric | None:
    """Return the metric called *name*: one of ours, ``pinball_<level>``, or a user's; ``None`` where there is none."""
    level = pinball_level(name)
    if level is not None:
        return pinball(name, level)
    if name in METRICS:
        return METRICS[name]
    return replace(OWN_METRICS.get(name), name=name) if name in OWN_METRICS.names() else None


def metric_names(problem: Problem) -> list[str]:
    """Names of the metrics that suit *problem*, the users' ones last; ``pinball_<level>`` suits regression as well."""
    everything = {**METRICS, **OWN_METRICS.available()}
    return [name for name, metric in everything.items() if problem in metric.problems]


def get_metric(name: str, problem: Problem) -> Metric:
    """Return the metric called *name*.

    Raises:
        ConfigError: There is none of that name for *problem*.
    """
    found = find_metric(name)
    if found is None or problem not in found.problems:
        valid = [*metric_names(problem), *(["pinball_0.9"] if problem == "regression" else [])]
        raise ConfigError(f"metric must suit a {problem} problem, got {name!r}{nearest(name, valid)}")
    return found


def as_metric(given: str | Metric | Callable[..., float] | None, problem: Problem) -> str | Metric | None:
    """Read what a caller of the Python interface may give as a metric: a name, a metric, or scikit-learn's scorer.

    Raises:
        ConfigError: A bare function, whose direction nobody knows, or something else.
    """
    if given is None or isinstance(given, str | Metric):
        return given
    if hasattr(given, "_score_func") and hasattr(given, "_response_method"):
        return from_scorer(given, problem)
    shown: Any = getattr(given, "__name__", repr(given))
    raise ConfigError(
        f"metric: {shown} does not say whether more is better; wrap a function as "
        f"make_metric({shown}, greater_is_better=True, needs='value') (or 'label' or 'probability')"
    )
