"""Kill searches at random moments, resume them, and compare every byte with a search that was left alone.

    python benchmarks/kill_resume.py --kills 20 --seed 0

Two searches, each bounded by trials: model search on a table, and architecture search on images. Both run as their
stages do, saves included. A kill is a SIGKILL of the process, or of its whole process group, at a random moment, in
the middle of a line of the journal, or in the middle of a save; the search is then run again with another number of
workers. Counted is what differs from the unbroken search, and what the kill left behind: processes, temporary files.
"""

import argparse
import hashlib
import json
import os
import random
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import psutil
from sklearn.datasets import load_breast_cancer, load_digits

from automl_flow.core.files import write_json
from automl_flow.datasets.arrays import ArraysDataset
from automl_flow.datasets.documents import DocumentDataset
from automl_flow.datasets.folders import ModelDataset
from automl_flow.nas.search.config import NasConfig
from automl_flow.recipes import RecipeConfig, propose_recipe
from automl_flow.tabular.config import SearchConfig
from automl_flow.tabular.problem import TabularProblem
from automl_flow.tasks.profile import profile_table
from automl_flow.tasks.spec import TaskSpec
from automl_flow.tasks.splits import SplitConfig, make_folds
from automl_flow.tasks.target import encode_target

RESULTS = Path(__file__).parent / "results"
WORKERS = (1, 2, 4)
MOMENTS = ("any", "any", "append", "save")  # as often as they stand here
SLOW_DEATH = 10.0  # seconds in which every process must have gone
FAMILIES = ("linear", "extra_trees", "lightgbm", "catboost")


def main() -> None:
    args = parse()
    if args.search:
        run_stage(args)
        return
    rng = random.Random(args.seed)  # noqa: S311 - nothing is secret
    with tempfile.TemporaryDirectory(prefix="kills-") as folder:
        os.environ["TMPDIR"] = str(Path(folder) / "t")
        Path(os.environ["TMPDIR"]).mkdir()
        whole = {search: unbroken(search, Path(folder) / search) for search in args.searches}
        kills = []
        for number in range(args.kills):
            search = args.searches[number % len(args.searches)]
            kill, attempt = None, 0
            while kill is None:
                kill = kill_and_resume(search, Path(folder) / f"kill-{number}-{attempt}", whole[search], rng)
                attempt += 1
            kills.append(kill)
            print(kills[-1], flush=True)
            if not kills[-1]["equal"]:
                print("different:", *kills[-1]["different"], flush=True)
    document = {
        "command": shlex.join(["python", "benchmarks/kill_resume.py", *sys.argv[1:]]),
        "kills": len(kills),
        "equal": sum(kill["equal"] for kill in kills),
        "orphans": sum(kill["orphans"] for kill in kills),
        "left_behind": sum(len(kill["left_behind"]) for kill in kills),
        "each": kills,
    }
    if args.store:
        write_json(RESULTS / "kill_resume.json", document)
    print({key: document[key] for key in ("kills", "equal", "orphans", "left_behind")})
    sys.exit(document["equal"] != len(kills) or document["orphans"] > 0 or document["left_behind"] > 0)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--searches", nargs="+", choices=("table", "images"), default=["table", "images"])
    parser.add_argument("--no-store", dest="store", action="store_false", help="leave results/kill_resume.json alone")
    inner = parser.add_argument_group("what the script starts itself with")
    inner.add_argument("--search", choices=("table", "images"))
    inner.add_argument("--folder", type=Path)
    inner.add_argument("--workers", type=int, default=1)
    inner.add_argument("--die", choices=("append", "save"))
    inner.add_argument("--at", type=int, default=0, help="which append or save is the last one")
    return parser.parse_args()


def unbroken(search: str, folder: Path) -> dict:
    """Run a search in one go; return the hashes of its outputs, its seconds, its appends and saves."""
    process = start(search, folder, workers=1)
    began = wait_for(folder / "begun", process)
    if process.wait() != 0:
        sys.exit(f"{search}: the search fails by itself")
    counted = json.loads((folder / "counted.json").read_text())
    return {"hashes": hashes(folder), "seconds": time.monotonic() - began, **counted}


def kill_and_resume(search: str, folder: Path, whole: dict, rng: random.Random) -> dict | None:
    """Kill a search once and run it again; ``None`` where it had ended before it could be killed."""
    before, after, moment = rng.choice(WORKERS), rng.choice(WORKERS), rng.choice(MOMENTS)
    group = rng.random() < 0.5
    kill = {"search": search, "workers": [before, after], "moment": moment, "whole_group": group}
    if moment == "any":
        kill["share_of_the_time"] = round(rng.random(), 3)
        process = start(search, folder, before)
        began = wait_for(folder / "begun", process)
        family = descendants(process, until=began + kill["share_of_the_time"] * whole["seconds"])
        if group:
            with suppress(ProcessLookupError):  # it has ended before
                os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
    else:
        kill["at"] = rng.randrange(whole[f"{moment}s"])
        process = start(search, folder, before, moment, kill["at"])
        family = descendants(process, until=None)
    if process.wait() != -signal.SIGKILL:
        return None
    kill["trials_done"] = sum(len(path.read_bytes().splitlines()) - 1 for path in folder.rglob("trials.jsonl"))
    alive = psutil.wait_procs(family, timeout=SLOW_DEATH)[1]
    again = start(search, folder, after).wait()
    found = hashes(folder) if again == 0 else {}
    different = [name for name in found.keys() | whole["hashes"].keys() if found.get(name) != whole["hashes"].get(name)]
    # torch keeps a cache of compiled code there, for all programs of a user.
    left = [str(path) for path in Path(os.environ["TMPDIR"]).iterdir() if not path.name.startswith("torchinductor")]
    left += [str(path) for path in folder.rglob("*.tmp")]
    return kill | {"orphans": len(alive), "left_behind": left, "equal": not different, "different": sorted(different)}


def start(search: str, folder: Path, workers: int, die: str | None = None, at: int = 0) -> subprocess.Popen:
    folder.mkdir(exist_ok=True)
    (folder / "begun").unlink(missing_ok=True)
    options = ["--search", search, "--folder", str(folder), "--workers", str(workers)]
    options += ["--die", die, "--at", str(at)] if die else []
    with (folder / "log.txt").open("a") as log:
        command = [sys.executable, __file__, *options]
        return subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)


def wait_for(path: Path, process: subprocess.Popen) -> float:
    while not path.exists():
        if process.poll() is not None:
            sys.exit(f"{path.parent}: ended with {process.returncode}: {(path.parent / 'log.txt').read_text()}")
        time.sleep(0.005)
    return time.monotonic()


def descendants(process: subprocess.Popen, until: float | None) -> list[psutil.Process]:
    """Note the processes that *process* has started, to the end or until a moment."""
    seen: dict[int, psutil.Process] = {}
    while process.poll() is None and (until is None or time.monotonic() < until):
        try:
            seen |= {child.pid: child for child in psutil.Process(process.pid).children(recursive=True)}
        except psutil.NoSuchProcess:
            break
        time.sleep(0.02)
    return list(seen.values())


def hashes(folder: Path) -> dict[str, str]:
    outputs = folder / "data"
    files = sorted(path for path in outputs.rglob("*") if path.is_file())
    return {path.relative_to(outputs).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def run_stage(args: argparse.Namespace) -> None:
    """Do what the stage's nodes and datasets do."""
    counts = watch(args.die, args.at)
    data, state = args.folder / "data", args.folder / "state"
    (args.folder / "begun").touch()
    names = ("trials", "candidates", "model", "oof")
    if args.search == "table":
        trials, candidates, oof, model = search_table(state, args.workers)
    else:
        trials, candidates, model, oof = search_images(state, args.workers)
    for name, value in zip(names, (trials, candidates, model, oof), strict=True):
        kind = {"model": ModelDataset, "oof": ArraysDataset}.get(name, DocumentDataset)
        kind(filepath=str(data / name)).save(value.to_document() if kind is DocumentDataset else value)
    write_json(args.folder / "counted.json", counts)


def search_table(state: Path, workers: int):
    from automl_flow.pipelines.model_search.nodes import search

    X, y = load_breast_cancer(return_X_y=True, as_frame=True)
    X, y = X.iloc[:250, :10], y.iloc[:250]
    task = TaskSpec(target="target", problem="binary")
    target, profile = encode_target(y, task), profile_table(X, task)
    folds = make_folds(target, SplitConfig(folds=3))
    problem = TabularProblem(X, target, task, profile, propose_recipe(profile, RecipeConfig()), None, folds)
    return search(problem, SearchConfig(max_trials=12, n_jobs=workers, families=FAMILIES), state)


def search_images(state: Path, workers: int):
    from automl_flow.pipelines.nas.found import unpack

    from automl_flow.core.progress import silent_progress
    from automl_flow.nas.problem import NasProblem
    from automl_flow.nas.search.run import search_architecture

    x, y = load_digits(return_X_y=True)
    task = TaskSpec(problem="multiclass", modality="image")
    images = x[:200].reshape(-1, 8, 8, 1).astype("uint8")
    options = {"widths": [8], "depths": [1], "stages": [2], "kernels": [3], "heads": [0]}
    settings = {"space": "macro", "space_options": options, "epochs": 4, "reduction_factor": 2, "final_epochs": 4}
    config = NasConfig(max_trials=6, n_jobs=workers, **settings)
    problem = NasProblem(images, encode_target(y[:200], task), task)
    return unpack(search_architecture(problem, config, state, silent_progress()))


def watch(die: str | None, at: int) -> dict[str, int]:
    """Count appends and saves of this process, and end it in the middle of one of them."""
    from automl_flow.core import files, folders
    from automl_flow.study import journal

    counts = {"appends": 0, "saves": 0}
    append, sync = journal.Journal.append, files.sync

    def counted_append(self, entry):
        if die == "append" and counts["appends"] == at:
            with (self.folder / "trials.jsonl").open("ab") as sink:
                sink.write(json.dumps(entry, default=str).encode()[: 40 + at])
            os.kill(os.getpid(), signal.SIGKILL)
        counts["appends"] += 1
        append(self, entry)

    def counted_sync(path):
        if die == "save" and counts["saves"] == at:
            if path.is_file():
                os.truncate(path, path.stat().st_size // 2)
            os.kill(os.getpid(), signal.SIGKILL)
        counts["saves"] += 1
        sync(path)

    journal.Journal.append, files.sync, folders.sync = counted_append, counted_sync, counted_sync
    return counts


if __name__ == "__main__":
    main()
