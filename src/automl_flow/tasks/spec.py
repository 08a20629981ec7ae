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
    """What a person says about a task; everything else is read off the data.

    Attributes:
        modality: Kind of one sample: a table's row, an image, or a sequence.
        target: Column (or array) to predict; a list of two or more columns for a multilabel or multioutput problem.
        problem: Kind of target.
        metric: Name of the metric that the search optimises (``pinball_0.9`` asks for the 90 % quantile), or, from
            Python, a metric of ``make_metric``; the default depends on problem and modality.
        positive: The class whose probability binary metrics look at; the default is the last class in order.
        favourable: The class that is good for the person concerned (a loan that is granted), for the ratio of
            selection rates between groups; it need not be the positive one. Binary problems alone have it.
        roles: Column roles that override the guesses.
        orders: Categories of ordinal columns, from low to high.
        monotone: Numeric or ordinal columns with which predictions must rise (1) or fall (-1), all else being equal; in
            a binary problem that is the probability of the positive class.
        sensitive: Columns for which performance is compared between groups.
        group: Column whose rows of equal value must stay on one side of every split.
        time: Column that orders the rows; validation then always lies after training.
        weight: Column of sample weights.
        split_column: Column (or array) with the values ``train`` and ``holdout`` that fixes the holdout.
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
        """Name of the target in sentences; with one target column it is the column's name."""
        return ", ".join(self.targets)

    def for_target(self, name: str) -> Self:
        """The task of predicting one of several targets alone; the others are neither features nor targets."""
        problem = "binary" if self.problem_type.has_probabilities else "regression"
        others = {other: "ignore" for other in self.targets if other != name}
        return self.model_copy(
            update={"target": name, "problem": problem, "metric": None, "roles": {**self.roles, **others}}
        )

    @property
    def problem_type(self) -> ProblemType:
        """What depends on the kind of problem."""
        return problem_type(self.problem)

    @property
    def metric_name(self) -> str:
        """The metric that is optimised: the given one, or the default of the problem."""
        if self.metric is not None:
            return self.metric if isinstance(self.metric, str) else self.metric.name
        kind = self.problem_type
        return kind.default_metric if self.modality == "tabular" else kind.default_sample_metric

    def scorer(self, classes: tuple[Label, ...] | None = None) -> Metric:
        """Return the metric that is optimised.

        Args:
            classes: Class of each code of the target; a user's own function compares these. Not needed to know the
                metric's direction.
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
        """Read a task that was stored with a model; a user's metric that is not here any more becomes the default."""
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
            raise ValueError("the targets must differ")
        return self

    @model_validator(mode="after")
    def _check_metric(self) -> Self:
        if isinstance(self.metric, str):
            get_metric(self.metric, self.problem)
        elif self.metric is not None and self.problem not in self.metric.problems:
            raise ValueError(
                f"metric {self.metric.name} compares {self.metric.needs}s, a {self.problem} problem wants "
                f"needs={'label' if self.problem_type.has_probabilities else 'value'!r}"
            )
        if self.positive is not None and self.problem != "binary":
            raise ValueError(f"positive belongs to binary problems, this one is {self.problem}")
        if self.favourable is not None and self.problem != "binary":
            raise ValueError(f"favourable belongs to binary problems, this one is {self.problem}")
        return self

    @model_validator(mode="after")
    def _check_monotone(self) -> Self:
        if self.monotone and (not self.problem_type.has_direction or self.modality != "tabular"):
            raise ValueError("monotone belongs to tables with a regression or a binary problem")
        if self.monotone and pinball_level(self.metric_name) is not None:
            raise ValueError("monotone and a quantile go not together: leaves that are quantiles keep to no direction")
        return self
