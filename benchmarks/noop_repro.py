"""Seconds that `dvc repro` takes when nothing has changed: all stages of the project, with made-up results.

    python benchmarks/noop_repro.py

Prints wall-clock and processor seconds of each run; the goal is 3 s. What a run does is read dvc.yaml and dvc.lock and
look at the stamps of all files that stages read, so that made-up results take as long as real ones.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.integration.project import clone, environment, succeed  # noqa: E402

RUNS = 5


def make_up_results(project: Path) -> int:
    """Write something for every output that dvc.yaml names; return the number of stages."""
    stages = yaml.safe_load((project / "dvc.yaml").read_text())["stages"]
    for stage in stages.values():
        for entry in (entry for kind in ("outs", "metrics", "plots") for entry in stage.get(kind, [])):
            path = project / (entry if isinstance(entry, str) else next(iter(entry)))
            path.parent.mkdir(parents=True, exist_ok=True)
            if path.suffix:
                path.write_bytes(b"{}\n" if path.suffix == ".json" else os.urandom(10_000))
            else:
                path.mkdir()
                (path / "part.bin").write_bytes(os.urandom(100_000))
    return len(stages)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        project = clone(Path(folder) / "project")
        stages = make_up_results(project)
        succeed(project, "git", "init", "-q")
        succeed(project, "dvc", "commit", "-f")
        succeed(project, "dvc", "repro", "-q")
        print(f"{stages} stages, dvc.lock of {(project / 'dvc.lock').stat().st_size // 1000} kB")
        for _ in range(RUNS):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
            dvc = Path(sys.executable).with_name("dvc")
            done = subprocess.run([dvc, "repro", "-q"], cwd=project, env=environment(project), check=True)
            seconds, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
            used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            print(f"{seconds:.1f} s on the clock, {used:.1f} s of the processor, exit code {done.returncode}")


if __name__ == "__main__":
    main()
