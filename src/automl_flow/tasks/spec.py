"""A task: one dataset, one target, one metric."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, Self

from pydantic import Field, InstanceOf, field_serializer, model_validator

from automl_flow.core.config import Config
from automl_flow.tasks.metrics import Metric, find_metric, for_classes, get_metric, pinball_level
from automl_flow.tasks.problem_types import ProblemType, problem_type
from automl_flow.tasks.types import Label, Modality, Problem, Role


class TaskSpec(Config):
    """What a user specifies about a task; everything else is inferred from the data.

    Attributes:
        modality: Kind of one sample: a row of a table, an image, or a sequence.
        target: Column (or array) to predict; a list of two or more columns for a multilabel or multioutput problem.
        problem: Kind of target.
        metric: Name of the metric to optimise (``pinball_0.9`` predicts the 90 % quantile), or, in Python, a metric of
            ``make_metric``; the default depends on problem and modality.
        positive: The class whose probability binary metrics use; the default is the last class in order.
        favourable: The class that benefits the person concerned (a granted loan), for the ratio of selection rates
            between groups; it need not be the positive one. Binary problems only.
        roles: Column roles that override the inferred ones.
        orders: Categories of ordinal columns from low to high.
        monotone: Numeric or ordinal columns with which predictions must rise (1) or fall (-1), all else being equal; in
            a binary problem, the prediction is the probability of the positive class.
        sensitive: Columns whose groups are compared in the evaluation.
        group: Column whose equal values stay on one side of every split.
        time: Column that orders the rows; validation rows are then later than training rows.
        weight: Column of sample weights.
        split_column: Column (or array) with the values ``train`` and ``holdout``, which defines the holdout.
        about: One sentence for the report and the model card.
    """

    name: str = "task"
    modality: Modality = "tabular"
    target: str | list[str] = "target"
    problem: Problem
    metric: str | InstanceOf[Metric] | None = None
    positive: Label | None = None
    favourable: Label | None = None
    roles: dict[str, Role] = Field(default_factory=dict)
    orders: dict[str, list[Label]] = Field(default_factory=dict)
    monotone: dict[str, Literal[-1, 1]] = Field(default_factory=dict)
    sensitive: list[str] = Field(default_factory=list)
    group: str | None = None
    time: str | None = None
    weight: str | None = None
    split_column: str | None = None
    about: str = ""

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of the target columns, one or more."""
        return (self.target,) if isinstance(self.target, str) else tuple(self.target)

    @property
    def target_name(self) -> str:
        """Name of the target for messages; the column name if there is one target."""
        return ", ".join(self.targets)

    def for_target(self, name: str) -> Self:
        """Return the task of predicting one of several targets; the others are neither features nor targets."""
        problem = "binary" if self.problem_type.has_probabilities else "regression"
        others = {other: "ignore" for other in self.targets if other != name}
        return self.model_copy(
            update={"target": name, "problem": problem, "metric": None, "roles": {**self.roles, **others}}
        )

    @property
    def problem_type(self) -> ProblemType:
        """The problem type, which owns everything that depends on the problem."""
        return problem_type(self.problem)

    @property
    def metric_name(self) -> str:
        """Name of the metric to optimise: the given one, or the default."""
        if self.metric is not None:
            return self.metric if isinstance(self.metric, str) else self.metric.name
        kind = self.problem_type
        return kind.default_metric if self.modality == "tabular" else kind.default_sample_metric

    def scorer(self, classes: tuple[Label, ...] | None = None) -> Metric:
        """Return the metric to optimise.

        Args:
            classes: Class of each code of the target, which a user's own function receives; not needed for the
                direction of the metric.
        """
        given = self.metric if isinstance(self.metric, Metric) else get_metric(self.metric_name, self.problem)
        return for_classes(given, classes)

    @property
    def special_columns(self) -> tuple[str, ...]:
        """Columns that are never features: target, weight and given split (group and time may be features)."""
        named = (*self.targets, self.weight, self.split_column)
        return tuple(column for column in named if column is not None)

    @classmethod
    def restore(cls, document: Mapping[str, Any]) -> Self:
        """Restore the task of a saved model; a user's metric that is not available becomes the default."""
        known = document.get("metric") is not None and find_metric(document["metric"]) is not None
        return cls.model_validate({**document, "metric": document["metric"] if known else None})

    @field_serializer("metric")
    def _name_of_metric(self, metric: str | Metric | None) -> str | None:
        return metric.name if isinstance(metric, Metric) else metric

    @model_validator(mode="after")
    def _check_target(self) -> Self:
        several = self.problem_type.multiple_targets
        if several and (isinstance(self.target, str) or len(self.target) < 2):
            raise ValueError(f"a {self.problem} problem has two or more targets, written as a list: target: [a, b]")
        if not several and not isinstance(self.target, str):
            raise ValueError(
                f"a {self.problem} problem has one target, got a list of {len(self.target)}; several 0/1 labels are a "
                "multilabel problem, several numbers a multioutput one"
            )
        if len(set(self.targets)) < len(self.targets):
            raise ValueError("target names must be unique")
        return self

    @model_validator(mode="after")
    def _check_metric(self) -> Self:
        if isinstance(self.metric, str):
            get_metric(self.metric, self.problem)
        elif self.metric is not None and self.problem not in self.metric.problems:
            raise ValueError(
                f"metric {self.metric.name} compares {self.metric.needs}s, a {self.problem} problem needs "
                f"needs={'label' if self.problem_type.has_probabilities else 'value'!r}"
            )
        if self.positive is not None and not self.problem_type.has_positive:
            raise ValueError(f"positive applies to binary problems only, this one is {self.problem}")
        if self.favourable is not None and not self.problem_type.has_positive:
            raise ValueError(f"favourable applies to binary problems only, this one is {self.problem}")
        return self

    @model_validator(mode="after")
    def _check_monotone(self) -> Self:
        if self.monotone and (not self.problem_type.has_direction or self.modality != "tabular"):
            raise ValueError("monotone applies only to tables with a regression or binary problem")
        if self.monotone and pinball_level(self.metric_name) is not None:
            raise ValueError(
                "monotone cannot be combined with a quantile metric: quantile leaves do not respect monotone "
                "constraints"
            )
        return self
