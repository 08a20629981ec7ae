"""Measure a warm start by zero-cost proxies on a table of the NAS-Bench-201 space: real networks, untrained.

    python benchmarks/nas_warm_start.py --table nasbench201.csv.gz --signal c10_val_12 --report c10_test_200

A pool of random cells is built (16 channels, one cell per stage, 32 × 32 × 3 inputs of noise) and scored once. Every
seed screens some of the pool, begins with those that the proxies' vote puts first, and goes on with the sampler.
"""

import argparse
import shlex
import sys
from pathlib import Path

import numpy as np
import optuna
import torch

from automl_flow.core.files import write_json
from automl_flow.core.seeds import derive_seed, generator
from automl_flow.nas.proxies import PROXIES
from automl_flow.nas.proxies.measure import correlations, rank_vote, score_network
from automl_flow.nas.samplers import SAMPLERS
from automl_flow.nas.shape import DataShape
from automl_flow.nas.spaces.cell import CellOptions, CellSpace
from benchmarks.nas_benchmark_tables import BenchmarkTable, read_benchmark, search_table

RESULTS = Path(__file__).parent / "results"
SHAPE = DataShape(kind="image", channels=3, height=32, width=32, outputs=10)
VOTERS = tuple(name for name, proxy in PROXIES.available().items() if proxy.votes)


def main() -> None:
    args = parse()
    torch.set_num_threads(1)
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    table = read_benchmark(args.table, signal=args.signal, report=args.report)
    pool, scores = score_pool(table, args.pool, args.seed)
    results = np.array([table.results[table.key(cell)] for cell in pool])  # (pool, 2)
    rows = {}
    for name in args.sampler or ["gaussian_process"]:
        curves = np.array([search(args, table, name, (pool, scores), seed) for seed in range(args.seeds)])
        marks = [n for n in (args.first, 20, 50, 100) if n <= args.evaluations]
        rows[name] = {
            str(n): {
                "mean": round(float(curves[:, n - 1].mean()), 4),
                "std": round(float(curves[:, n - 1].std()), 4),
                "standard_error": round(float(curves[:, n - 1].std() / args.seeds**0.5), 4),
            }
            for n in marks
        }
        print(name, rows[name], flush=True)
    document = {
        "command": shlex.join(["python", "benchmarks/nas_warm_start.py", *sys.argv[1:]]),
        "table": args.table.name,
        "signal": args.signal,
        "report": args.report,
        "proxies": list(VOTERS),
        "correlation_with_signal": correlations(scores, results[:, 0]),
        "correlation_with_report": correlations(scores, results[:, 1]),
        "pool": args.pool,
        "screened": args.screen,
        "first": args.first,
        "seeds": args.seeds,
        "evaluations": rows,
    }
    write_json(args.out, document)


def search(args, table: BenchmarkTable, sampler: str, scored: tuple[list[dict], dict], seed: int) -> tuple[float, ...]:
    """Screen, take the first, go on."""
    pool, scores = scored
    screened = generator(seed, "screen").choice(len(pool), size=args.screen, replace=False)
    vote = rank_vote({name: np.asarray(values)[screened] for name, values in scores.items()})
    first = [pool[i] for i in screened[np.argsort(-vote, kind="stable")[: args.first]]]
    built = SAMPLERS.get(sampler).build(seed, args.first + args.random)
    return search_table(table, built, args.evaluations, first).curve


def score_pool(table: BenchmarkTable, size: int, seed: int) -> tuple[list[dict], dict[str, list[float]]]:
    """Random architectures of the table and the scores of their untrained networks."""
    space = CellSpace(CellOptions(channels=16, cells=1, stages=3))
    keys = sorted(table.results)
    chosen = generator(seed, "pool").choice(len(keys), size=size, replace=False)
    pool = [dict(zip(table.space, keys[i], strict=True)) for i in chosen]
    noise = torch.Generator().manual_seed(derive_seed(seed, "noise"))
    batch = torch.randn(16, *SHAPE.sample, generator=noise), torch.arange(16) % SHAPE.outputs
    proxies = {name: PROXIES.get(name) for name in VOTERS}
    known: dict[str, dict[str, float]] = {}
    rows = []
    for cell in pool:
        architecture = space.architecture(cell, SHAPE)
        if architecture.key not in known:  # isomorphic cells are one network
            with torch.random.fork_rng():
                torch.manual_seed(derive_seed(seed, "weights", architecture.key))
                network = space.build(architecture, SHAPE)
            known[architecture.key] = score_network(network, *batch, proxies)
        rows.append(known[architecture.key])
    return pool, {name: [row[name] for row in rows] for name in VOTERS}


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--table", type=Path, required=True)
    parser.add_argument("--signal", required=True)
    parser.add_argument("--report", required=True)
    parser.add_argument("--sampler", action="append", help="default: gaussian_process")
    parser.add_argument("--pool", type=int, default=2000, help="cells that are scored in all")
    parser.add_argument("--screen", type=int, default=200, help="cells that a seed looks at")
    parser.add_argument("--first", type=int, default=8, help="of these, evaluated first")
    parser.add_argument("--random", type=int, default=0, help="random cells after them")
    parser.add_argument("--evaluations", type=int, default=20)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--seed", type=int, default=42, help="of the pool")
    parser.add_argument("--out", type=Path, help="default: results/nas_warm_start_SIGNAL.json")
    args = parser.parse_args()
    args.out = args.out or RESULTS / f"nas_warm_start_{args.signal}.json"
    return args


if __name__ == "__main__":
    main()
