from __future__ import annotations

import numpy as np
import pytest

from automl_flow.expectations import GateClosedError, ValidationConfig, validate_arrays
from automl_flow.tasks.arrays import ArrayData
from automl_flow.tasks.spec import TaskSpec

SPEC = TaskSpec(name="digits", modality="image", target="digit", problem="multiclass", split_column="side")
CONFIG = ValidationConfig()


def images(n: int = 60) -> ArrayData:
    rng = np.random.default_rng(0)
    sides = np.array(["train"] * (n - 20) + ["holdout"] * 20)
    return ArrayData(rng.random((n, 4, 4, 1), dtype=np.float32), np.arange(n) % 3, sides)


def reason(data: ArrayData, config: ValidationConfig = CONFIG) -> str:
    with pytest.raises(GateClosedError) as closed:
        validate_arrays(data, SPEC, config)
    return str(closed.value)


def test_good_samples_pass_unchanged():
    accepted = validate_arrays(images(), SPEC, CONFIG)
    np.testing.assert_array_equal(accepted.data.x, images().x)
    np.testing.assert_array_equal(accepted.data.y, images().y)
    assert accepted.findings["rows"]["accepted"] == 60


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_samples_that_are_not_finite_are_refused_with_their_rows(bad):
    data = images()
    data.x[[7, 11], 0, 0, 0] = bad
    text = reason(data)
    assert "x.finite" in text
    assert "first rows 7, 11" in text


def test_samples_without_a_label_are_dropped():
    data = images()
    labels = data.y.astype(float)
    labels[:5] = np.nan
    accepted = validate_arrays(ArrayData(data.x, labels, data.split), SPEC, CONFIG).data
    assert (len(accepted.x), len(accepted.y), len(accepted.split)) == (55, 55, 55)


def test_blank_samples_are_a_warning():
    data = images()
    data.x[3] = 0
    findings = validate_arrays(data, SPEC, CONFIG).findings
    assert [v["columns"] for v in findings["expectations"] if not v["success"]] == [["x.deviation"]]


def test_repeated_samples_and_their_conflicting_labels_are_found():
    data = images()
    data.x[1] = data.x[0]
    codes = [f["code"] for f in validate_arrays(data, SPEC, CONFIG).findings["checks"]]
    assert "conflicting_labels" in codes


def test_a_user_may_speak_of_the_statistics():
    suite = {"expectation": "expect_column_max_to_be_between", "kwargs": {"column": "x.maximum", "max_value": 0.5}}
    assert "x.maximum" in reason(images(), ValidationConfig.model_validate({"expectations": [suite]}))


def test_too_few_samples_are_refused():
    data = images()
    assert "row_count" in reason(ArrayData(data.x[:5], data.y[:5], None if data.split is None else data.split[:5]))


def test_integer_images_pass():
    data = images()
    whole = ArrayData((data.x * 255).astype(np.uint8), data.y, data.split)
    assert validate_arrays(whole, SPEC, CONFIG).data.x.dtype == np.uint8
