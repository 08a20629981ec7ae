"""The files of `kedro add-task`: settings that read back as they are, and guesses that stay guesses."""

import json

import pandas as pd
import pytest
import yaml

from automl_flow.cli.adding import _write_all
from automl_flow.cli.guessing import guess_task
from automl_flow.cli.task_files import scalar, task_files, task_name
from automl_flow.tasks.spec import TaskSpec

N = 60


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "Ref": range(1, N + 1),
            "device_id": [i % 6 for i in range(N)],
            "seen": [f"2024-01-{1 + i % 28:02d}" for i in range(N)],
            "colour,\n'x'": ["red", "blue", None] * 20,
            "good": ["yes", "no"] * 30,
        }
    )


def written(table, folder, target="good"):
    table.to_parquet(folder / "wine.parquet")
    guess = guess_task(folder / "wine.parquet", file="data/01_raw/wine.parquet", name="wine", target=target)
    return guess, task_files(guess)["conf/base/parameters/wine.yml"]


def test_guessed_roles_are_no_settings(table, tmp_path):
    _, text = written(table, tmp_path)
    assert TaskSpec(**yaml.safe_load(text)["wine"]["task"]).roles == {}


def test_a_role_is_set_by_removing_two_marks(table, tmp_path):
    _, text = written(table, tmp_path)
    text = text.replace("    # roles:", "    roles:").replace("    #   Ref: numeric", "      Ref: numeric")
    assert yaml.safe_load(text)["wine"]["task"]["roles"] == {"Ref": "numeric"}


def test_every_line_is_a_valid_setting_when_its_mark_is_removed(table, tmp_path):
    guess, text = written(table, tmp_path)
    lines = [line.replace("    # ", "    ").replace("    #   ", "      ") for line in text.splitlines()]
    plain = [line for line in lines if not line.strip().startswith(("Guessed roles", "What only you know", "#"))]
    task = TaskSpec(**yaml.safe_load("\n".join(plain))["wine"]["task"])
    assert task.roles == {c.name: c.role for c in guess.columns}
    assert (task.group, task.time) == ("device_id", "seen")
    assert None not in (task.weight, task.split_column)
    assert task.sensitive
    assert task.favourable in guess.classes


@pytest.mark.parametrize("label", ["yes", "no"])
def test_which_outcome_is_favourable_is_asked_and_never_guessed(label, table, tmp_path):
    _, text = written(table, tmp_path)
    assert TaskSpec(**yaml.safe_load(text)["wine"]["task"]).favourable is None
    text = text.replace(f'    # favourable: "{label}"', f'    favourable: "{label}"')
    assert TaskSpec(**yaml.safe_load(text)["wine"]["task"]).favourable == label


def test_a_problem_of_many_classes_has_no_favourable_outcome(table, tmp_path):
    _, text = written(table.assign(good=["a", "b", "c"] * 20), tmp_path)
    assert "favourable" not in text


@pytest.mark.parametrize(
    "value",
    ["plain", "yes", "null", "012", "a: b", "# c", "a\nb", "a\x85b", "a\u2028b", "\x1b[31m", "ü", "", " ", "1e3", '"'],
)
def test_a_name_reads_back_on_one_line(value):
    text = scalar(value)
    assert text.isprintable()
    assert yaml.safe_load(f"key: {text} # a comment") == {"key": value}


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("Kunden Export 2024", "kunden_export_2024"),
        ("Müller-Gespräche", "muller_gesprache"),
        ("2024 sales", "task_2024_sales"),
        ("Houses", "Houses"),
    ],
)
def test_a_file_has_a_name_for_its_task(file, name):
    assert task_name(file) == name


def test_all_files_are_written_or_none(tmp_path):
    (tmp_path / "taken").write_text("a file where a folder would have to be")
    with pytest.raises(OSError, match="taken"):
        _write_all({tmp_path / "conf/a.yml": "a", tmp_path / "taken/b.yml": "b"})
    assert not (tmp_path / "conf/a.yml").exists()


def test_a_number_is_written_as_json_writes_it():
    assert json.loads(scalar(1.5)) == 1.5
