"""JSON that others may have written."""

from __future__ import annotations

import json

import pytest

from automl_flow.core.documents import Document, parse_document, parse_json, predicting, reading
from automl_flow.core.errors import ArtifactError, DataError, DependencyError

REFUSED = {
    "a key twice": ('{"a": 1, "a": 2}', "the key 'a' occurs twice"),
    "NaN": ("[NaN]", "NaN is not a number"),
    "an infinity": ("[-Infinity]", "-Infinity is not a number"),
    "a number that no float holds": ("[1e999]", "1e999 is too large"),
    "a number of many digits": ("[" + "9" * 5000 + "]", "5000 digits"),
    "brackets beyond the stack": ("[" * 100_000, "nested too deeply|not a JSON document"),
    "brackets beyond sense": ("[" * 101 + "]" * 101, "nested too deeply"),
    "no JSON": ("tru", "not a JSON document"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_ambiguous_or_without_end_is_refused_with_its_source(name):
    text, message = REFUSED[name]
    with pytest.raises(ArtifactError, match=rf"file\.json.*({message})"):
        parse_json(text.encode(), "file.json")


def test_what_is_too_long_is_not_looked_at():
    with pytest.raises(ArtifactError, match="5 bytes are too many"):
        parse_json(b"[    ", "file.json", max_bytes=4)


@pytest.mark.parametrize(
    "value", [None, 0, 1.5, "x", [], {"a": [1, {"b": None}]}, [[0]] * 200, json.loads("[" * 100 + "]" * 100)]
)
def test_what_json_can_hold_comes_back(value):
    assert parse_json(json.dumps(value).encode(), "file.json") == value


class Wanted(Document):
    number: int
    names: tuple[str, ...] = ()


@pytest.mark.parametrize(
    "text", ['{"number": "1"}', '{"number": 1.0}', '{"number": true}', '{"number": 1, "x": 1}', "{}"]
)
def test_values_that_are_only_similar_are_refused(text):
    with pytest.raises(ArtifactError, match=r"file\.json\.(number|x)"):
        parse_document(text.encode(), Wanted, "file.json")


def test_lists_of_json_are_tuples():
    assert parse_document(b'{"number": 1, "names": ["a"]}', Wanted, "file.json").names == ("a",)


@pytest.mark.parametrize("error", [KeyError("x"), RecursionError(), MemoryError(), DataError("x"), ArtifactError("x")])
def test_what_a_reader_raises_becomes_an_error_with_the_path(error):
    with pytest.raises(ArtifactError, match=r"^model/file: "), reading("model/file"):
        raise error


def test_an_error_that_names_a_file_of_the_folder_is_not_named_twice():
    with pytest.raises(ArtifactError, match=r"^model/file: x$"), reading("model"):
        raise ArtifactError("model/file: x")


def test_a_library_that_is_not_installed_is_no_damage():
    with pytest.raises(DependencyError), reading("model"):
        raise DependencyError("install it")


def test_errors_that_speak_of_the_rows_stay_so_while_a_model_predicts():
    with pytest.raises(DataError, match=r"^no column$"), predicting("member"):
        raise DataError("no column")
    with pytest.raises(ArtifactError, match=r"^member cannot predict \(IndexError: x\)$"), predicting("member"):
        raise IndexError("x")
