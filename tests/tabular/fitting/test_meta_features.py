"""Predictions as columns for the second layer."""

import numpy as np
import pandas as pd
import pytest

from automl_flow.tabular.fitting.meta_features import append_columns, as_meta_features, n_meta_features
from automl_flow.tasks.problem_types import problem_type

CLASSES, VALUES, LABELS = problem_type("multiclass"), problem_type("regression"), problem_type("multilabel")


def test_two_classes_are_read_as_log_odds():
    chances = np.array([[0.5, 0.5], [0.2, 0.8], [1.0, 0.0]])
    read = as_meta_features([chances, chances[:, ::-1]], CLASSES)
    assert read.dtype == np.float32
    assert read[:, 0] == pytest.approx([0.0, np.log(4), np.log(1e-6)], rel=1e-5)
    assert read[:, 1] == pytest.approx(-read[:, 0])


def test_of_more_classes_each_chance_is_read():
    chances = np.array([[0.2, 0.3, 0.5], [0.0, 0.0, 1.0]])
    assert as_meta_features([chances], CLASSES) == pytest.approx(np.log(np.clip(chances, 1e-6, 1)), rel=1e-5)


def test_values_are_read_as_they_are():
    assert as_meta_features([np.array([[10.0], [14.0]])], VALUES).ravel().tolist() == [10.0, 14.0]


def test_of_several_labels_the_log_odds_of_each_are_read():
    chances = np.array([[0.5, 0.8], [0.2, 0.0]])
    assert as_meta_features([chances], LABELS) == pytest.approx(
        np.array([[0, np.log(4)], [-np.log(4), np.log(1e-6)]]), rel=1e-5
    )


@pytest.mark.parametrize(("outputs", "kind"), [(1, VALUES), (2, CLASSES), (5, CLASSES), (2, LABELS)])
def test_the_width_is_known_beforehand(outputs, kind):
    predictions = [np.full((3, outputs), 1 / outputs)] * 4
    assert as_meta_features(predictions, kind).shape == (3, n_meta_features(4, outputs, kind))


def test_readings_come_after_the_columns():
    readings = np.array([[7.0], [8.0]], dtype=np.float32)
    frame = pd.DataFrame({"a": pd.Categorical(["x", "y"])}, index=[5, 3])
    wider = append_columns(frame, readings)
    assert wider.columns.tolist() == ["a", "reading_0"]
    assert wider.index.tolist() == [5, 3]
    assert wider["a"].dtype == "category"
    assert wider["reading_0"].tolist() == [7.0, 8.0]
    assert append_columns(np.zeros((2, 1), dtype=np.float32), readings).tolist() == [[0.0, 7.0], [0.0, 8.0]]
