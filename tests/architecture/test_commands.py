"""Shell commands that the documents show exist, with the options that they are shown with."""

import json
import re
import subprocess
import sys

import pytest

from tests.architecture.test_readme import BLOCK, DOCUMENTS, ROOT

INLINE = re.compile(r"`((?:kedro|dvc|make) [a-z][^`]*)`")
WALK = """
import json, shlex, sys
from pathlib import Path
import click
from dvc.cli.parser import get_main_parser
from kedro.framework.cli.cli import KedroCLI

def of_kedro(words):
    command = KedroCLI(project_path=Path.cwd())
    while words and isinstance(command, click.Group) and not words[0].startswith("-"):
        command = command.get_command(click.Context(command), words.pop(0))
    return command, {name for option in getattr(command, "params", ()) for name in option.opts}

def of_dvc(words):
    parser = get_main_parser()
    while words and not words[0].startswith("-"):
        inner = [a.choices for a in parser._actions if isinstance(a.choices, dict)]
        if not inner:
            break
        parser = inner[0].get(words.pop(0))
        if parser is None:
            return None, set()
    return parser, set(parser._option_string_actions)

wrong = []
for line in json.load(sys.stdin):
    program, *words = shlex.split(line)
    found, options = (of_kedro if program == "kedro" else of_dvc)(words)
    used = {word.partition("=")[0] for word in words if word.startswith("-")}
    if found is None or not used <= options:
        wrong.append(line)
print(json.dumps(wrong))
"""


def documented(path):
    """Commands of a document: lines of its shell blocks and, from its text, what is set as code."""
    text = path.read_text()
    for language, code in BLOCK.findall(text):
        if language == "bash":
            yield from (line.split(" # ")[0].strip() for line in code.splitlines() if not line.startswith(" "))
    prose = BLOCK.sub("", text)
    yield from (re.sub(r"\s+", " ", command).replace(r"\|", "|") for command in INLINE.findall(prose))


COMMANDS = sorted({command for path in DOCUMENTS for command in documented(path) if command})


def test_kedro_and_dvc_know_every_command_and_option():
    lines = [part for command in COMMANDS for part in re.split(r" && ", command) if part.startswith(("kedro ", "dvc "))]
    assert len(lines) > 30
    done = subprocess.run(
        [sys.executable, "-c", WALK], cwd=ROOT, input=json.dumps(lines), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize("command", [command for command in COMMANDS if command.startswith("make ")])
def test_make_knows_every_target(command):
    words = re.sub(r'"[^"]*"', "x", command).split()
    done = subprocess.run([*words, "--dry-run", "A=x"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
