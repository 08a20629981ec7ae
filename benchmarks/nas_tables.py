"""Measure samplers on a tabular NAS benchmark: mean report value of the incumbent, over seeds.

    python benchmarks/nas_tables.py --table nasbench201.csv.gz --signal c10_val_12 --report c10_test_200

The table is the user's (columns of choices called edge_* or choice_*, a signal, a report). Results go to
``benchmarks/results/`` with the command line that made them. Seconds per ask depend on the machine and its load.
"""

import argparse
import shlex
import sys
import warnings
from concurrent.futures import ProcessPoolExecutor
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import optuna

from automl_flow.core.files import write_json
from automl_flow.nas.samplers import SAMPLERS
from benchmarks.nas_benchmark_tables import read_benchmark, search_table

RESULTS = Path(__file__).parent / "results"
CHECKPOINTS = (20, 50, 100, 150, 200)
NAMES = ("random", "evolution", "reinforce", "reinforce:lstm", "gaussian_process", "bananas", "tpe")


def main() -> None:
    args = parse()
    marks = [n for n in CHECKPOINTS if n <= args.evaluations] or [args.evaluations]
    rows = {}
    with ProcessPoolExecutor(args.jobs) as pool:
        for name in args.sampler or NAMES:
            runs = list(pool.map(partial(one_run, vars(args), name), range(args.seeds)))
            curves = np.array([run.curve for run in runs])[:, [n - 1 for n in marks]]
            rows[name] = {
                "mean": curves.mean(axis=0).round(4).tolist(),
                "std": curves.std(axis=0).round(4).tolist(),
                "standard_error": (curves.std(axis=0) / args.seeds**0.5).round(4).tolist(),
                "ask_seconds": round(float(np.median([run.ask_seconds for run in runs])), 4),
                "repeated_asks": float(np.mean([run.repeats for run in runs])),
            }
            cells = zip(marks, *(rows[name][k] for k in ("mean", "std", "standard_error")), strict=True)
            text = "  ".join(f"{n}: {m:.3f}±{s:.3f} (se {e:.3f})" for n, m, s, e in cells)
            print(f"{name:18s} {text}  ask {1e3 * rows[name]['ask_seconds']:.0f} ms", flush=True)
    write_json(args.out, document(args, marks, rows))


def one_run(settings: dict, name: str, seed: int):
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    warnings.filterwarnings("ignore", category=optuna.exceptions.ExperimentalWarning)
    sampler, _, controller = name.partition(":")
    options = {"controller": controller} if controller else {}
    built = SAMPLERS.get(sampler).build(seed, settings["startup"], **options)
    return search_table(table(settings["table"], settings["signal"], settings["report"], settings["minimize"]),
                        built, settings["evaluations"])  # fmt: skip


@lru_cache
def table(path: Path, signal: str, report: str, minimize: bool):
    return read_benchmark(path, signal=signal, report=report, maximize=not minimize)


def document(args: argparse.Namespace, marks: list[int], rows: dict) -> dict:
    known = table(args.table, args.signal, args.report, args.minimize)
    return {
        "command": shlex.join(["python", "benchmarks/nas_tables.py", *sys.argv[1:]]),
        "table": args.table.name,
        "architectures": len(known.results),
        "signal": args.signal,
        "report": args.report,
        "report_of_best_by_signal": known.best_by_signal,
        "seeds": args.seeds,
        "evaluations": marks,
        "samplers": rows,
    }


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--signal", required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--minimize", action="store_true")
    parser.add_argument("--sampler", action="append", help=f"default: {', '.join(NAMES)}")
    parser.add_argument("--startup", type=int, default=10, help="random trials to begin with")
    parser.add_argument("--evaluations", type=int, default=100)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--out", type=Path, help="default: results/nas_tables_SIGNAL.json")
    args = parser.parse_args()
    args.out = args.out or RESULTS / f"nas_tables_{args.signal}.json"
    return args


if __name__ == "__main__":
    main()
