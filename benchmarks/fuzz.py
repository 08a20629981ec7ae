"""Change inputs of every kind at random, read them in a process of their own, and count how that ends.

    python benchmarks/fuzz.py --cases 10000 --seed 0 --out benchmarks/results/fuzz.json
    python benchmarks/fuzz.py --kinds model_folders --cases 1 --first 4711 --keep /tmp/fuzz   # one case again

A case counts as good where the input is read correctly or refused with an error of ours. Everything else is a fault: a
foreign exception, a crash of the process, more than 10 seconds, more than 2 GB. A kind is a module of
``benchmarks/fuzzing`` with a constant ``KIND``.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks import fuzzing  # noqa: E402 - the project's root is not on the path of a script
from benchmarks.fuzzing import harness  # noqa: E402
from benchmarks.fuzzing.kind import Kind  # noqa: E402


def kinds() -> dict[str, Kind]:
    """Kinds by name."""
    modules = [
        importlib.import_module(f"benchmarks.fuzzing.{found.name}") for found in pkgutil.iter_modules(fuzzing.__path__)
    ]
    return {module.KIND.name: module.KIND for module in modules if hasattr(module, "KIND")}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", nargs="*", default=sorted(kinds()), choices=sorted(kinds()))
    parser.add_argument("--cases", type=int, default=200, help="of each kind")
    parser.add_argument("--first", type=int, default=0, help="number of the first case")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--out", type=Path, help="JSON file for the counts and the faults")
    parser.add_argument("--keep", type=Path, help="folder that is kept, with the sound inputs")
    given = parser.parse_args()
    place = given.keep or Path(tempfile.mkdtemp(prefix="fuzz-"))
    results: dict[str, object] = {}
    for name in given.kinds:
        cases, worker = [], harness.Worker(kinds()[name])
        numbers = range(given.first, given.first + given.cases)
        for case in harness.run(kinds()[name], numbers, given.seed, place, worker):
            cases.append(case)
            if case.end not in ("clear error", "correct") or given.cases == 1:
                print(f"{name} {case.number}: {case.end}: {case.change}: {case.detail}", flush=True)
        worker.end()
        counts = harness.count(cases)
        print(f"{name}: {counts}", flush=True)
        faults = [vars(case) for case in cases if case.end not in ("clear error", "correct")]
        results[name] = {"cases": len(cases), "first": given.first, "seed": given.seed, **counts, "faults": faults}
    if given.out:
        known = json.loads(given.out.read_text()) if given.out.is_file() else {}
        given.out.write_text(json.dumps({**known, **results}, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
