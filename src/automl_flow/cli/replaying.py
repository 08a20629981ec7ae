"""``kedro replay``: repeat a search that the clock ended, without the clock, and compare every byte."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import click
from kedro.framework.cli.utils import env_option
from kedro.framework.project import pipelines
from kedro.framework.session import KedroSession
from kedro.framework.startup import ProjectMetadata
from kedro.io import CatalogProtocol, DataCatalog, MemoryDataset
from kedro.pipeline import Pipeline
from kedro.runner import SequentialRunner

from automl_flow.cli.choices import require_environment
from automl_flow.cli.friendly import CommandFailed, told_clearly
from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.files import read_json, sha256
from automl_flow.datasets.base import LocalDataset
from automl_flow.datasets.folders import StateFolderDataset
from automl_flow.study.budget import Budget
from automl_flow.study.history import NOTES, SearchHistory

_TRIALS = {"model_search": "trials", "nas": "nas_trials"}  # dataset with the trials of each searching stage
B = TypeVar("B", bound=Budget)


@click.command()
@click.argument("task")
@click.option("--stage", type=click.Choice(sorted(_TRIALS)), default="model_search", show_default=True)
@env_option  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
@click.pass_obj
@told_clearly
def replay(metadata: ProjectMetadata, task: str, stage: str, env: str) -> None:
    """Search again as TASK did last time, without a limit in seconds, and compare the outputs byte for byte.

    A search that the clock ends records the trials that it let through. The replay runs these, in a folder of its own;
    nothing of the project is changed. Ends with exit code 1 where an output differs.
    """
    require_environment(Path(metadata.project_path), env)
    if task not in pipelines:
        raise ConfigError(f"there is no task {task!r}{nearest(task, pipelines)}")
    pipeline = pipelines[task].only_nodes_with_tags(stage)
    if not pipeline.nodes:
        raise ConfigError(f"{task} has no stage {stage!r}")
    with KedroSession.create(metadata.project_path, env=env) as session:
        catalog = session.load_context().catalog
        history: SearchHistory = catalog.load(f"{task}.{_TRIALS[stage]}")
        _tell_plan(history)
        with tempfile.TemporaryDirectory(prefix="replay-") as folder:
            again = _redirected(pipeline, catalog, Path(folder))
            name = f"params:{task}.{stage}"
            again[name] = MemoryDataset(without_clock(catalog.load(name), history.reproduce), copy_mode="assign")
            SequentialRunner().run(pipeline, again)
            different = _compare(pipeline, catalog, again)
    if different:
        raise CommandFailed(f"the replay differs in {', '.join(different)}{_reason(history)}")
    click.echo(f"{task}, {stage}: repeated without a clock, identical byte for byte")


def without_clock(config: B, recorded: Mapping[str, Any]) -> B:
    """The settings that repeat a search: as *recorded* beside its trials, with no limit in seconds for the whole."""
    known = {key: value for key, value in recorded.items() if key in type(config).model_fields}
    return type(config)(**{**config.model_dump(), **known, "time_left_for_this_task": None})


def _tell_plan(history: SearchHistory) -> None:
    reproduce, trials = history.reproduce, history.records
    skipped = len(reproduce["skip_trials"])
    click.echo(f"{len(trials)} trials, {skipped} of which the clock ended or did not let begin: they are skipped")
    own = [trial.number for trial in trials if trial.cause == "timeout"]
    if own:
        click.echo(f"reached their own limit (per_run_time_limit), and will have to again: trials {_list(own)}")
    if not reproduce["exact"]:
        click.secho(f"This search cannot be repeated exactly{_reason(history)}", fg="yellow")


def _reason(history: SearchHistory) -> str:
    """Why a replay may differ, as the end of a sentence."""
    if history.reproduce["exact"]:
        return "; have data, settings, code or libraries changed since?"
    cut = [trial.number for trial in history.records if trial.attrs.get("cut_short")]
    if cut:
        return f": the clock cut the training of trials {_list(cut)} short, and a replay trains them to their end"
    return ": the clock decided more than which trials ran, such as how long the winner was trained"


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _redirected(pipeline: Pipeline, catalog: CatalogProtocol, folder: Path) -> DataCatalog:
    """The inputs of *pipeline* as they are, its outputs and its state in *folder*."""
    datasets: dict[str, Any] = {}
    for name in pipeline.inputs():
        dataset = catalog.get(name)
        is_state = isinstance(dataset, StateFolderDataset)
        datasets[name] = StateFolderDataset(filepath=str(folder / name)) if is_state else dataset
    for name in pipeline.all_outputs():
        dataset = catalog.get(name)
        if isinstance(dataset, LocalDataset):
            datasets[name] = dataset.at(folder / "outputs" / dataset.filepath.name)
    return DataCatalog(datasets)


def _compare(pipeline: Pipeline, catalog: CatalogProtocol, again: CatalogProtocol) -> list[str]:
    """Say of each output whether it is the same; return the names of those that are not."""
    different = []
    for name in sorted(pipeline.outputs()):
        old, new = catalog.get(name).filepath, again.get(name).filepath
        trials = name.rpartition(".")[2] in _TRIALS.values()
        same = _told(old) == _told(new) if trials else _content(old) == _content(new)
        click.echo(f"  {'same' if same else 'DIFFERENT'}  {name}")
        different += [] if same else [name]
    return different


def _told(path: Path) -> dict[str, Any]:
    """A document of trials without its notes: they tell what the clock or a person did, and here nobody does."""
    return {key: value for key, value in read_json(path).items() if key != NOTES}


def _content(path: Path) -> dict[str, str]:
    """Hash of a file, or of every file in a folder."""
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path).as_posix(): sha256(file) for file in files}
