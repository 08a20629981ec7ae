"""``kedro replay``: repeat a time-limited search without the clock, and compare every byte."""

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
from automl_flow.cli.errors import CommandFailed, report_errors
from automl_flow.core.errors import ConfigError, nearest
from automl_flow.core.files import read_json, sha256
from automl_flow.datasets.base import LocalDataset
from automl_flow.datasets.folders import StateFolderDataset
from automl_flow.study.budget import Budget
from automl_flow.study.history import NOTES, SearchHistory

_TRIALS = {"model_search": "trials", "nas": "nas_trials"}  # dataset with the trials of each search stage
B = TypeVar("B", bound=Budget)


@click.command()
@click.argument("task")
@click.option("--stage", type=click.Choice(sorted(_TRIALS)), default="model_search", show_default=True)
@env_option  # type: ignore[untyped-decorator]  # mypy is told to skip Kedro
@click.pass_obj
@report_errors
def replay(metadata: ProjectMetadata, task: str, stage: str, env: str) -> None:
    """Repeat the last search of TASK without a time limit, and compare the outputs byte for byte.

    A search that the clock ends records which trials ran. The replay runs the same ones in a separate folder and leaves
    the project unchanged. The exit code is 1 if an output differs.
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
        _print_plan(history)
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
    """Return the settings that repeat a search: those *recorded* with its trials, without an overall time limit."""
    known = {key: value for key, value in recorded.items() if key in type(config).model_fields}
    return type(config)(**{**config.model_dump(), **known, "time_left_for_this_task": None})


def _print_plan(history: SearchHistory) -> None:
    reproduce, trials = history.reproduce, history.records
    skipped = len(reproduce["skip_trials"])
    click.echo(f"{len(trials)} trials; {skipped} that the clock cut short or did not start are skipped")
    own = [trial.number for trial in trials if trial.cause == "timeout"]
    if own:
        click.echo(f"trials that hit their own limit (per_run_time_limit) and have to hit it again: {_list(own)}")
    if not reproduce["exact"]:
        click.secho(f"This search cannot be repeated exactly{_reason(history)}", fg="yellow")


def _reason(history: SearchHistory) -> str:
    """The end of a sentence: the reason why a replay may differ."""
    if history.reproduce["exact"]:
        return "; have data, settings, code or libraries changed since?"
    cut = [trial.number for trial in history.records if trial.attrs.get("cut_short")]
    if cut:
        return f": the clock cut the training of trials {_list(cut)} short, and a replay trains them to the end"
    return ": the clock also decided other things, such as how long the winner was trained"


def _list(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


def _redirected(pipeline: Pipeline, catalog: CatalogProtocol, folder: Path) -> DataCatalog:
    """A catalog with the inputs of *pipeline*, and with its outputs and state moved to *folder*."""
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
    """Print whether each output is the same; return the names of those that differ."""
    different = []
    for name in sorted(pipeline.outputs()):
        old, new = catalog.get(name).filepath, again.get(name).filepath
        trials = name.rpartition(".")[2] in _TRIALS.values()
        same = _without_notes(old) == _without_notes(new) if trials else _content(old) == _content(new)
        click.echo(f"  {'same' if same else 'DIFFERENT'}  {name}")
        different += [] if same else [name]
    return different


def _without_notes(path: Path) -> dict[str, Any]:
    """A document of trials without its notes on what the clock or a user did in the original run."""
    return {key: value for key, value in read_json(path).items() if key != NOTES}


def _content(path: Path) -> dict[str, str]:
    """Hash of a file, or of every file in a folder."""
    files = [path] if path.is_file() else sorted(file for file in path.rglob("*") if file.is_file())
    return {file.relative_to(path).as_posix(): sha256(file) for file in files}
