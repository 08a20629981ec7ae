from __future__ import annotations

import pytest
from pydantic import ValidationError

from automl_flow.core.errors import ConfigError
from automl_flow.expectations import ExpectationSpec, ValidationConfig, parse_suite, read_suite


def test_a_suite_is_read_from_yaml_and_from_json(tmp_path):
    yaml, json = tmp_path / "suite.yml", tmp_path / "suite.json"
    yaml.write_text("- {expectation: expect_column_to_exist, kwargs: {column: age}, severity: warning}\n")
    json.write_text('[{"expectation": "expect_column_to_exist", "kwargs": {"column": "age"}, "severity": "warning"}]')
    expected = ExpectationSpec(expectation="expect_column_to_exist", kwargs={"column": "age"}, severity="warning")
    assert read_suite(yaml) == read_suite(json) == [expected]


@pytest.mark.parametrize("content", ["", "[]", "# nothing yet\n"])
def test_an_empty_suite_is_an_error(tmp_path, content):
    path = tmp_path / "suite.yml"
    path.write_text(content)
    with pytest.raises(ConfigError, match="empty"):
        read_suite(path)


def test_a_suite_that_is_no_list_is_an_error():
    with pytest.raises(ConfigError, match="list of expectations, got dict"):
        parse_suite({"expectation": "x"}, "suite.yml")


def test_a_wrong_key_is_named_with_its_place():
    with pytest.raises(ConfigError, match=r"suite.yml\[1\].*'kwarg'; did you mean 'kwargs'"):
        parse_suite([{"expectation": "a"}, {"expectation": "b", "kwarg": {}}], "suite.yml")


def test_a_missing_file_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="no such file"):
        read_suite(tmp_path / "absent.yml")


def test_the_file_cannot_run_code(tmp_path):
    path = tmp_path / "suite.yml"
    path.write_text("- !!python/object/apply:os.system ['true']\n")
    with pytest.raises(ConfigError, match="not a YAML document"):
        read_suite(path)


@pytest.mark.parametrize("values", [{"minimum_rows": 0}, {"maximum_missing_target": 1.0}, {"mandatory": False}])
def test_the_floor_cannot_be_configured_away(values):
    with pytest.raises(ValidationError):
        ValidationConfig.model_validate(values)
