"""Copies of this project as a fresh clone would be, and commands in them."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent


def clone(folder):
    """Copy what git tracks, or would track, into *folder*, but for results of earlier runs."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file() and not _is_left_out(name):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, folder / name)
    return folder


def _is_left_out(name):
    """Whether a file is a result that is checked in, or of no use in a test."""
    result = name == "dvc.lock" or (re.match(r"data/(0[2-9]|smoke)", name) and not name.endswith(".gitignore"))
    return bool(result) or name.startswith(("docs/", "benchmarks/", "requirements-extras", "requirements-viz"))


def environment(project):
    """Environment of a newcomer's shell: this Python first, our code from the clone, quiet tools, one thread."""
    kept = {key: os.environ[key] for key in ("HOME", "LANG", "TMPDIR") if key in os.environ}
    return {
        **kept,
        "PATH": f"{BIN}:/usr/bin:/bin",
        "PYTHONPATH": str(project / "src"),
        "OMP_NUM_THREADS": "1",
        "OMP_WAIT_POLICY": "PASSIVE",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(project / ".dvc" / "tmp" / "site"),
        "GIT_AUTHOR_NAME": "t",
        "GIT_AUTHOR_EMAIL": "t@localhost",
        "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@localhost",
    }


def run(project, *command, timeout=600, **variables):
    """Run a command in *project*; return the finished process with its output as text."""
    return subprocess.run(
        [str(BIN / command[0]) if (BIN / command[0]).exists() else command[0], *command[1:]],
        cwd=project,
        env={**environment(project), **variables},
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


def succeed(project, *command, **variables):
    """Run a command that must end well; return all that it printed."""
    done = run(project, *command, **variables)
    assert done.returncode == 0, f"{command}:\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def edit(project, name, change):
    """Rewrite a YAML file of *project* by the function *change*, which may alter its argument in place."""
    path = project / name
    document = yaml.safe_load(path.read_text())
    change(document)
    path.write_text(yaml.safe_dump(document, sort_keys=False))


def leave_one_task(project, task):
    """Remove the settings of all tasks but one."""
    for kind in ("base/parameters", "base/catalog", "base/expectations", "smoke/parameters"):
        for other in ("mortgage", "diabetes", "digits", "vowels", "penguins"):
            if other != task:
                (project / "conf" / kind / f"{other}.yml").unlink(missing_ok=True)


def make_base_small(project):
    """Put the smoke environment's budgets into the base environment, which is the one that DVC runs."""
    for small in sorted((project / "conf" / "smoke" / "parameters").glob("*.yml")):
        overlay = yaml.safe_load(small.read_text())
        edit(project, f"conf/base/parameters/{small.name}", lambda base, overlay=overlay: _merge(base, overlay))


def _merge(base, overlay):
    for key, value in overlay.items():
        if isinstance(value, dict) and isinstance(base.get(key), dict):
            _merge(base[key], value)
        else:
            base[key] = value


def files_below(folder):
    """All files below *folder*, relative to it, as text."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
