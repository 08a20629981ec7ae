"""The arguments of all estimators: one dialect, documented once, shown everywhere."""

from __future__ import annotations

import inspect
import re
from typing import Any

import numpy as np
import pytest

import automl_flow
from automl_flow import AutoMLClassifier, AutoMLRegressor, ImageClassifier, ImageRegressor, SequenceClassifier
from automl_flow.core.errors import ConfigError
from automl_flow.estimators.search_estimator import SearchEstimator
from tests.nas.problems import patterns

ESTIMATORS = [AutoMLClassifier, AutoMLRegressor, ImageClassifier, ImageRegressor, SequenceClassifier]


def defaults(cls: Any) -> dict[str, Any]:
    return {name: parameter.default for name, parameter in inspect.signature(cls).parameters.items()}


def budget(estimator: Any) -> Any:
    return estimator._budget()["time_left_for_this_task"]


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_a_docstring_lists_every_argument_in_the_order_of_the_signature(cls):
    arguments = re.split(r"\n(?:Args|Attributes):\n", cls.__doc__)[1]
    assert re.findall(r"^    (\w+): ", arguments, re.MULTILINE) == list(inspect.signature(cls).parameters)


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_shared_arguments_have_the_same_defaults_everywhere(cls):
    assert defaults(SearchEstimator).items() <= defaults(cls).items()


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_arguments_are_passed_by_name(cls):
    with pytest.raises(TypeError, match="positional"):
        cls(10)


def test_a_subclass_may_document_an_argument_in_its_own_words():
    assert "90 % quantile" in AutoMLRegressor.__doc__
    assert "90 % quantile" not in AutoMLClassifier.__doc__


@pytest.mark.parametrize("cls", ESTIMATORS)
@pytest.mark.parametrize(
    ("old", "new"), [("time_limit", "time_left_for_this_task"), ("verbose", "progress")], ids=["time_limit", "verbose"]
)
def test_the_name_of_another_library_is_refused_with_ours(cls, old, new):
    with pytest.raises(ConfigError, match=f"{cls.__name__}.{old}: unknown argument; it is called '{new}'"):
        cls(**{old: 60})
    with pytest.raises(ConfigError, match=f"{cls.__name__}.{old}: unknown argument; it is called '{new}'"):
        cls().set_params(**{old: 60})


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_a_search_ends_by_trials_where_they_are_given_and_after_five_minutes_else(cls):
    assert budget(cls(max_trials=3)) is None
    assert budget(cls()) == 300.0
    assert budget(cls(max_trials=3, time_left_for_this_task=20)) == 20


@pytest.mark.parametrize("cls", ESTIMATORS)
def test_a_search_without_any_limit_is_refused(cls):
    with pytest.raises(ConfigError, match="needs a limit"):
        cls(time_left_for_this_task=None).fit(np.zeros((20, 8, 8)), np.arange(20) % 2)


@pytest.mark.parametrize(
    ("estimator", "given", "used"),
    [
        (ImageClassifier(), None, 10),
        (SequenceClassifier(), None, 20),
        (ImageClassifier(epochs=7), None, 7),
        (ImageClassifier(epochs=7), 3, 3),
    ],
    ids=["images", "sequences", "constructor", "fit"],
)
def test_epochs_of_fit_override_those_of_the_constructor(estimator, given, used, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "automl_flow.nas.search.run.search_architecture", lambda _, config, *a, **k: asked.append(config)
    )
    x, y = patterns(60)
    with pytest.raises(AttributeError):  # the search gives nothing
        estimator.fit(x[..., 0], y, epochs=given)
    assert [config.epochs for config in asked] == [used]


def test_every_public_estimator_is_tested_here():
    public = {name for name in automl_flow.__all__ if name.endswith(("Classifier", "Regressor"))}
    assert public == {cls.__name__ for cls in ESTIMATORS}
