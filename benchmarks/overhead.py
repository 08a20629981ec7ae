"""Measure what repeatability costs: the share of a search's time that goes into it.

    python benchmarks/overhead.py --seconds 60

A model search with a limit in seconds runs as its stage does, saves included. The time inside each part of the
machinery is counted by substitutes that this script puts in its place: appending to the journal with its sync, hashing
of code, data and models, atomic saves, and, in the workers, storing predictions and models, which is counted in full
although a search that cannot be resumed stores its winners too. Seconds of workers are divided by their number. What
it costs to run trials in processes (starting them, sending jobs and results) is told apart.
"""

import argparse
import functools
import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sklearn.datasets import load_breast_cancer

from automl_flow.core import files, temporary
from automl_flow.core.files import write_json
from automl_flow.execution.backends.local import LocalHandle
from automl_flow.models import FAMILIES
from automl_flow.recipes import RecipeConfig, propose_recipe
from automl_flow.serialization import manifest
from automl_flow.study import journal
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.fit import build_model
from automl_flow.tabular.fitting import objective
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tabular.search import search_models
from automl_flow.tabular.session.session import open_session
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import SplitConfig, make_folds
from automl_flow.tasks.target import encode_target

RESULTS = Path(__file__).parent / "results"
SPENT: dict[str, float] = {}
IN_SEARCH = (
    (journal.Journal, "append"),
    (journal, "code_fingerprint"),
    (TabularProblem, "key"),
    (files, "sync"),
    (temporary, "claim"),
    (temporary, "sweep"),
    (manifest, "_hash"),
)
IN_WORKER = ((objective, "write_fold_model"), (objective, "write_oof"), (objective, "write_preprocessor"))
FOLD, COMBINE = objective.evaluate_fold, objective.combine_folds


def main() -> None:
    import overhead  # this script, under a name by which workers find it

    args = parse()
    for home, name in IN_SEARCH:
        setattr(home, name, timed(name, getattr(home, name)))
    objective.evaluate_fold, objective.combine_folds = overhead.timed_fold, overhead.timed_combine
    waited = watch_handles()
    with tempfile.TemporaryDirectory(prefix="overhead-") as folder:
        state = Path(folder) / "state"
        problem = make_problem()
        config = SearchConfig(time_left_for_this_task=args.seconds, n_jobs=args.workers)
        began = time.monotonic()
        with open_session(problem, FAMILIES.available(), config, state) as session:
            result = search_models(session)
            build_model(session, result).model.save(Path(folder) / "model")
        total = time.monotonic() - began
        inside = [json.loads(path.read_text()) for path in Path(folder).glob("worker-*.json")]
    names = sorted({name for part in inside for name in part})
    workers = {name: sum(part.get(name, 0.0) for part in inside) / args.workers for name in names}
    repeatable = sum(SPENT.values()) + sum(workers.values())
    document = {
        "command": shlex.join(["python", "benchmarks/overhead.py", *sys.argv[1:]]),
        "seconds": round(total, 1),
        "trials": len(result.records),
        "in_the_search": {name: round(seconds, 3) for name, seconds in sorted(SPENT.items())},
        "in_a_worker": {name: round(seconds, 3) for name, seconds in workers.items()},
        "share": round(repeatable / total, 4),
        "share_of_processes": round(sum(waited) / args.workers / total, 4),
    }
    print(json.dumps(document, indent=2))
    if args.store:
        write_json(RESULTS / "overhead.json", document)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--no-store", dest="store", action="store_false", help="leave results/overhead.json alone")
    return parser.parse_args()


def make_problem() -> TabularProblem:
    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    task = TaskSpec(target="target", problem="binary")
    target, profile = encode_target(y, task), profile_table(X, task)
    folds = make_folds(target, SplitConfig(folds=5))
    return TabularProblem(X, target, task, profile, propose_recipe(profile, RecipeConfig()), None, folds)


def timed(name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, with its seconds added to what *name* has spent."""

    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        began = time.monotonic()
        try:
            return function(*args, **kwargs)
        finally:
            SPENT[name] = SPENT.get(name, 0.0) + time.monotonic() - began

    return wrapper


def timed_fold(context: objective.TrialContext, job: Any) -> Any:
    """Fit a fold in a worker, and note what storing has cost this worker so far."""
    return timed_job(FOLD, context, job)


def timed_combine(context: objective.TrialContext, job: Any) -> Any:
    """Likewise for combining the folds of a trial."""
    return timed_job(COMBINE, context, job)


def timed_job(function: Callable[..., Any], context: objective.TrialContext, job: Any) -> Any:
    if not hasattr(objective.write_oof, "__wrapped__"):
        for home, name in IN_WORKER:
            setattr(home, name, timed(name, getattr(home, name)))
    try:
        return function(context, job)
    finally:
        (context.store.folder.parent.parent / f"worker-{os.getpid()}.json").write_text(json.dumps(SPENT))


def watch_handles() -> list[float]:
    """Collect, for each job, the seconds from giving it to a worker to its outcome in which it did not run."""
    waited: list[float] = []
    outcome = LocalHandle.outcome

    def watched(handle: LocalHandle) -> Any:
        result = outcome(handle)
        waited.append(max(0.0, (handle._ended or time.monotonic()) - handle._began - result.seconds))
        return result

    LocalHandle.outcome = watched
    return waited


if __name__ == "__main__":
    main()
