"""Names, labels and cells of others, wherever we write them: shown as they are, and obeyed by nothing."""

import re
import warnings

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from omegaconf import OmegaConf

from automl_flow.checks import run_checks
from automl_flow.cli.errors import CommandFailed, report_errors
from automl_flow.cli.task_files import key, scalar
from automl_flow.core.config import Config, parse_config
from automl_flow.core.errors import AutoMLFlowWarning, ConfigError, DataError, quoted, shown
from automl_flow.core.progress import LogProgress
from automl_flow.core.yaml import parse_yaml
from automl_flow.datasets.tables import FrameDataset, PredictionsDataset
from automl_flow.expectations.config import ValidationConfig
from automl_flow.expectations.gate import GateClosedError, validate_table
from automl_flow.reports import model_card, render_report
from automl_flow.reports.drawing import axes, to_svg
from automl_flow.reports.markdown import code, inline, sentence
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.tables import check_columns
from tests.reports.contents import content

ESCAPE = "\x1b]0;owned\x07\x1b[31m\r\n\u202eevil\x85\u2028"
UNPRINTABLE = re.compile(r"[^\S\n ]|[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2028\u2029]")


def harmless(text, lines=1):
    """Whether *text* has no more lines than ours, and nothing that a terminal obeys."""
    return not UNPRINTABLE.search(text) and len(text.splitlines()) <= lines


def message_of(function, *arguments):
    with pytest.raises((DataError, ConfigError)) as caught:
        function(*arguments)
    return str(caught.value)


class _Settings(Config):
    number: int = 1


class _Mute:
    def __repr__(self):
        raise RuntimeError("no word")


TABLE = pd.DataFrame({ESCAPE: ["1", "x", "2", "3"] * 20, "y": [f"{ESCAPE}a", f"{ESCAPE}b"] * 40})
TASK = TaskSpec(name="t", target="y", problem="binary")


@pytest.mark.parametrize(
    "message",
    [
        lambda: message_of(check_columns, pd.DataFrame([[1, 2]], columns=[ESCAPE, ESCAPE]), "t"),
        lambda: message_of(parse_config, _Settings, {ESCAPE: 1}, "file"),
        lambda: message_of(parse_config, _Settings, {"number": ESCAPE}, "file"),
        lambda: message_of(parse_config, _Settings, {"number": [ESCAPE] * 10**5}, "file"),
        lambda: message_of(parse_config, _Settings, {"number": [10**5000]}, "file"),
        lambda: message_of(parse_config, _Settings, {"number": _Mute()}, "file"),
        lambda: message_of(parse_yaml, f"{ascii(ESCAPE)[1:-1]!r}: 1\n{ascii(ESCAPE)[1:-1]!r}: 2", "f.yml"),
        lambda: shown(ESCAPE),
        lambda: quoted(ESCAPE),
        lambda: str(DataError(f"raw {ESCAPE}".replace("\n", ""))),
    ],
)
def test_no_message_holds_what_a_terminal_obeys(message):
    text = message()
    assert harmless(text)
    assert len(text) < 500


def test_no_finding_of_a_check_holds_what_a_terminal_obeys():
    findings = run_checks(TABLE, TASK, profile_table(TABLE, TASK))
    assert findings
    assert [finding for finding in findings if not harmless(finding.message)] == []


def test_the_gate_says_why_it_is_closed_without_escapes():
    table = TABLE.assign(y="one")
    with pytest.raises(GateClosedError) as caught:
        validate_table(table, TASK, ValidationConfig(required_columns=[ESCAPE + "absent"]))
    assert not UNPRINTABLE.search(str(caught.value))


def test_a_warning_holds_no_escapes():
    with pytest.warns(AutoMLFlowWarning) as caught:
        warnings.warn(f"a {ESCAPE}", AutoMLFlowWarning, stacklevel=1)
    assert not UNPRINTABLE.search(str(caught[0].message))


def test_progress_is_logged_without_escapes(caplog):
    with caplog.at_level("INFO", logger="automl_flow"):
        progress = LogProgress()
        progress.start("work", 1)
        progress.advance(ESCAPE)
        progress.note(ESCAPE)
    assert all(harmless(record.getMessage()) for record in caplog.records)


def test_a_command_fails_without_escapes():
    import click

    @click.command()
    @report_errors
    def command():
        raise DataError(ESCAPE)

    done = CliRunner().invoke(command)
    assert done.exit_code == CommandFailed.exit_code
    assert not UNPRINTABLE.search(done.output)


LABELS = [
    "dom\\user",
    "a\\1",
    "x\\g<0>",
    "C:\\new",
    "$x$",
    "$\\frac{",
    "<b>",
    "a&b",
    '"',
    "'",
    "#050501",
    'id="x"',
    "\x1b",
    "a\nb",
    "_a",
    "",
]


@pytest.mark.parametrize("label", LABELS)
def test_a_picture_shows_any_label_as_it_is(label):
    with axes(2.0) as (figure, ax):
        ax.plot([0, 1], [0, 1], label=f"name {shown(label)}")
        ax.legend()
        svg = str(to_svg(figure, "roc", f"ROC of {label}"))
    from html import unescape

    assert svg.count("<svg") == 1
    assert f"name {shown(label)}".rstrip() in unescape(svg)
    assert f'aria-label="ROC of {label}"' in unescape(svg).replace("\n", "\n") or "\n" in label


@pytest.mark.parametrize("label", ["dom\\user", "a\\1", "x\\g<0>", "$x$ ${y}", "![x](http://host/x.png)", ESCAPE])
@pytest.mark.parametrize("kind", ["binary", "multiclass", "regression"])
def test_report_and_card_are_written_whatever_the_names_are(kind, label):
    full = content(kind, label)
    assert "</html>" in render_report(full)
    card = model_card(full)
    assert "![" not in re.sub(r"```.*?```", "", card, flags=re.DOTALL)
    assert "\x1b" not in card


@pytest.mark.parametrize("mark", ["\x1b", "\0", "\x07", "\x9b", "\u202e", "\u2066", "\u2028", "\x85"])
def test_no_page_or_card_holds_what_a_reader_does_not_see_but_obeys(mark):
    full = content("multiclass", f"a{mark}b")
    assert mark not in render_report(full)
    assert mark not in model_card(full)


MARKDOWN = {
    "![x](http://host/x.png)": r"!\[x\](http\://host/x.png)",
    "[x](javascript:alert(1))": r"\[x\](javascript:alert(1))",
    "<img src=x>": "&lt;img src=x&gt;",
    "a|b": r"a\|b",
    "a`b`": r"a\`b\`",
    "a\nb": r"a\\nb",
    "# head": r"\# head",
    "- item": r"\- item",
    "1. item": r"1\. item",
    "> quote": "&gt; quote",
    "*a* _b_ ~c~": r"\*a\* \_b\_ \~c\~",
    "http://host": r"http\://host",
    "www.host.org": r"www\.host.org",
    "\\": r"\\",
    "plain, 3.5 and 7 % (yes)": "plain, 3.5 and 7 % (yes)",
}


@pytest.mark.parametrize(("text", "written"), MARKDOWN.items())
def test_markdown_obeys_no_name(text, written):
    assert str(inline(text)) == written


def test_a_sentence_of_ours_keeps_its_code_and_loses_what_others_put_in_it():
    assert str(sentence("set `task.sensitive` for ![x](y)")) == r"set `task.sensitive` for !\[x\](y)"


@pytest.mark.parametrize(
    ("text", "written"),
    [("a_b", "`a_b`"), ("a`b", r"a\`b"), ("a\nb", r"a\\nb"), ("<b>", "&lt;b&gt;"), (" ", " "), ("", "")],
)
def test_a_name_is_code_where_nothing_in_it_could_end_that(text, written):
    assert str(code(text)) == written


FORMULAS = ["=cmd|' /C calc'!A0", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "'=1"]
TEXTS = ["plain", "-5", "+1.5", "-1,234.5", "a=b", "", "'quoted'", "-.5", "1=2", "=", "-"]


def test_a_file_for_people_holds_no_formula_and_reads_back(tmp_path):
    table = pd.DataFrame({"=name": FORMULAS + TEXTS, "n": np.arange(-5.0, -5.0 + len(FORMULAS + TEXTS))})
    dataset = FrameDataset(filepath=str(tmp_path / "a.csv"))
    dataset.save(table)
    raw = pd.read_csv(tmp_path / "a.csv", keep_default_na=False, dtype=str)
    assert [cell for cell in raw.iloc[: len(FORMULAS), 0] if not cell.startswith("'")] == []
    assert raw.iloc[len(FORMULAS) :, 0].tolist() == TEXTS
    assert raw.columns[0] == "'=name"
    assert raw["n"].tolist()[0] == "-5.0"
    assert dataset.load().iloc[:, 0].fillna("").tolist() == FORMULAS + TEXTS
    assert dataset.load().columns[0] == "=name"


def test_predictions_are_written_to_the_letter(tmp_path):
    table = pd.DataFrame({"row": [0, 1], "y": ["=1+1", "a\nb"]})
    dataset = PredictionsDataset(filepath=str(tmp_path / "a.csv"))
    dataset.save(table)
    assert (tmp_path / "a.csv").read_text() == 'row,y\n0,=1+1\n1,"a\nb"\n'
    pd.testing.assert_frame_equal(dataset.load(), table)


NAMES = [
    "${x}",
    "a\\${x}",
    "\\\\${x}",
    "x${",
    "$x",
    "\u2028\x85\x1b",
    "x" * 2000,
    "yes",
    "1e5",
    "012",
    "~",
    "",
    "a: b",
    "# c",
    "*b",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_that_a_command_writes_is_read_back_as_the_same_value(name):
    document = parse_yaml(f"key: {scalar(name)} # a comment", "some.yml")
    assert OmegaConf.to_container(OmegaConf.create(document), resolve=True) == {"key": name}


@pytest.mark.parametrize("name", [name for name in NAMES if len(name) < 1000])
def test_a_key_that_a_command_writes_is_read_back_as_the_same_name(name):
    document = parse_yaml(f"{key(name)}: value", "some.yml")
    assert OmegaConf.to_container(OmegaConf.create(document), resolve=True) == {name: "value"}


@pytest.mark.parametrize("label", ["a\rb", "a\r\nb", 'a"b', "a,b", "a\n\nb"])
def test_a_label_stays_one_cell(label, tmp_path):
    table = pd.DataFrame({"y": [label, "plain"], f"probability of {label}": [0.5, 0.25]})
    dataset = PredictionsDataset(filepath=str(tmp_path / "a.csv"))
    dataset.save(table)
    pd.testing.assert_frame_equal(dataset.load(), table)
