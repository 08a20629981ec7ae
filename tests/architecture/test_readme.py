"""Examples in the documents: Python blocks are executed, shell commands exist."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[tuple[str, str]]:
    return [
        (f"{path.name}-{number}", code)
        for path in DOCUMENTS
        for number, (name, code) in enumerate(BLOCK.findall(path.read_text()))
        if name == language
    ]


@pytest.mark.parametrize(("name", "code"), blocks("python"), ids=lambda value: value[:20].strip())
def test_python_blocks_run(name, code, tmp_path):
    script = tmp_path / "block.py"
    script.write_text(code)
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "error::FutureWarning"}
    done = subprocess.run(
        [sys.executable, script.name], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_make_targets_exist():
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        name for _, code in blocks("bash") for line in code.splitlines() for name in re.findall(r"^make ([a-z]+)", line)
    }
    assert named
    assert named <= targets


def test_kedro_commands_exist():
    named = {
        tuple(line.split()[1:2])
        for _, code in blocks("bash")
        for line in code.splitlines()
        if line.startswith("kedro ")
    }
    listed = subprocess.run(
        [str(Path(sys.executable).with_name("kedro")), "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert named
    assert [name for (name,) in named if not re.search(rf"^\s+{re.escape(name)}\b", listed, re.MULTILINE)] == []


def test_links_between_documents_lead_somewhere():
    dead = [
        f"{path.name}: {target}"
        for path in DOCUMENTS
        for target in re.findall(r"\]\(([^)#:]+?)(?:#[^)]*)?\)", path.read_text())
        if not (path.parent / target).exists()
    ]
    assert dead == []
