"""Families that learn one target at a time, made to learn several: a model for each output."""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import Field

from automl_flow.core.documents import Document
from automl_flow.core.errors import ArtifactError
from automl_flow.core.seeds import derive_seed
from automl_flow.models.family import Array, FitContext, Fitted, FoldData, ModelFamily, Params
from automl_flow.serialization import skops
from automl_flow.tasks.problem_types import problem_type
from automl_flow.tasks.types import Problem

if TYPE_CHECKING:
    from optuna.trial import BaseTrial

_MAGIC = b"automl_flow: one model per output\n"  # no format of a library begins like this
_MAX_OUTPUTS = 10_000


@dataclass(frozen=True)
class PerOutput:
    """A model for each output.

    Attributes:
        models: Models of one target each; ``None`` where the target was constant in the training rows.
        constants: What is predicted where there is no model.
    """

    models: tuple[Any, ...]
    constants: tuple[float, ...]


class Header(Document):
    """The line before the models of a stored :class:`PerOutput`.

    Attributes:
        sizes: Bytes of each model; 0 where there is none.
        constants: What is predicted where there is none.
    """

    sizes: tuple[int, ...] = Field(min_length=1, max_length=_MAX_OUTPUTS)
    constants: tuple[float, ...] = Field(min_length=1, max_length=_MAX_OUTPUTS)


def one_per_output(family: ModelFamily) -> ModelFamily:
    """Return *family* with multilabel and multioutput problems added to those that it learns.

    Problems of one target are left to the family as they are. Several targets share the parameters, and a fit's time.
    """
    return replace(
        family,
        problems=(*family.problems, "multilabel", "multioutput"),
        build=partial(_build, family),
        suggest=partial(_suggest, family),
        portfolio=partial(_portfolio, family),
        seconds=partial(_seconds, family),
        work=partial(_work, family),
        fit=partial(_fit, family),
        predict=partial(_predict, family),
        dump=partial(_dump, family),
        load=partial(_load, family),
    )


def _single(context: FitContext) -> FitContext:
    """The context of one output."""
    kind = context.problem_type
    if not kind.multiple_targets:
        return context
    problem: Problem = "binary" if kind.has_probabilities else "regression"
    return replace(context, problem=problem, n_classes=2 if kind.has_probabilities else 0, n_targets=1)


def _build(family: ModelFamily, params: Params, context: FitContext) -> Any:
    """The family's learner; for several targets the parameters, because learners are made one after another."""
    return dict(params) if context.problem_type.multiple_targets else family.build(params, context)


def _suggest(family: ModelFamily, trial: BaseTrial, context: FitContext) -> Params:
    return family.suggest(trial, _single(context))


def _portfolio(family: ModelFamily, context: FitContext) -> Sequence[Params]:
    return family.portfolio(_single(context))


def _seconds(family: ModelFamily, params: Params, context: FitContext) -> float:
    return context.n_targets * family.seconds(params, _single(context))


def _work(family: ModelFamily, model: Any, context: FitContext) -> float:
    if not isinstance(model, PerOutput):
        return family.work(model, context)
    return float(sum(family.work(own, _single(context)) for own in model.models if own is not None))


def _fit(family: ModelFamily, learner: Any, data: FoldData, context: FitContext) -> Fitted:
    if not context.problem_type.multiple_targets:
        return family.fit(learner, data, context)
    fits = [_fit_output(family, learner, data, context, output) for output in range(context.n_targets)]
    iterations = [fitted.iterations for fitted in fits if fitted.iterations is not None]
    model = PerOutput(tuple(fitted.model for fitted in fits), tuple(float(value) for value in data.y[0]))
    typical = round(float(np.mean(iterations))) if iterations else None  # one number fits all outputs again
    return Fitted(model, typical, any(fitted.cut_short for fitted in fits))


def _fit_output(family: ModelFamily, params: Params, data: FoldData, context: FitContext, output: int) -> Fitted:
    """Fit the model of one output, in its share of the time that is left."""
    y = data.y[:, output]
    if (y == y[0]).all():
        return Fitted(None)
    deadline, now = context.deadline, time.monotonic()
    if deadline is not None:
        deadline = now + (deadline - now) / (context.n_targets - output)
    own = replace(_single(context), seed=derive_seed(context.seed, "output", output), deadline=deadline)
    y_valid = None if data.y_valid is None else data.y_valid[:, output]
    return family.fit(family.build(params, own), replace(data, y=y, y_valid=y_valid), own)


def _predict(family: ModelFamily, model: Any, X: Any, problem: Problem) -> Array:
    if not isinstance(model, PerOutput):
        return family.predict(model, X, problem)
    single: Problem = "binary" if problem_type(problem).has_probabilities else "regression"
    columns = [
        np.full(len(X), constant) if own is None else family.predict(own, X, single)[:, -1]
        for own, constant in zip(model.models, model.constants, strict=True)
    ]
    return np.column_stack(columns)


def _dump(family: ModelFamily, model: Any) -> bytes:
    if not isinstance(model, PerOutput):
        return _dump_one(family, model)
    contents = [b"" if own is None else _dump_one(family, own) for own in model.models]
    header = Header(sizes=tuple(len(content) for content in contents), constants=model.constants)
    return b"".join([_MAGIC, header.model_dump_json().encode(), b"\n", *contents])


def _dump_one(family: ModelFamily, model: Any) -> bytes:
    return skops.dump(model, family.skops_types) if family.dump is None else family.dump(model)


def _load(family: ModelFamily, content: bytes) -> Any:
    """Read what was stored.

    Raises:
        ArtifactError: The parts do not fit together; whatever is wrong with one of them, its family's reader says.
    """
    if not content.startswith(_MAGIC):
        return _load_one(family, content)
    line, _, body = content[len(_MAGIC) :].partition(b"\n")
    header = Header.model_validate_json(line)
    if len(header.sizes) != len(header.constants) or min(header.sizes) < 0 or sum(header.sizes) != len(body):
        raise ArtifactError(f"{len(body)} bytes are not the models of {len(header.sizes)} outputs")
    ends = list(itertools.accumulate(header.sizes, initial=0))
    models = [_load_one(family, body[low:high]) if high > low else None for low, high in itertools.pairwise(ends)]
    return PerOutput(tuple(models), header.constants)


def _load_one(family: ModelFamily, content: bytes) -> Any:
    return skops.load(content, family.skops_types) if family.load is None else family.load(content)
