"""Tables as people deliver them: CSV, TSV, JSON lines and Parquet, read, profiled and checked."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pandas as pd

from benchmarks.fuzzing.kind import Kind
from benchmarks.fuzzing.mutations import Random, change_bytes, change_json, insert, pick

_TARGET = "t"
_CELLS = (
    b"\0",
    b'"',
    b"'",
    b",",
    b"\t",
    b"\n",
    b"\r",
    b";",
    b"=1+1",
    b"1e999",
    b"\xff",
    b"\xed\xa0\x80",
    b"{",
    b"[",
    b"9" * 400,
)


def prepare(folder: Path) -> None:
    day = pd.date_range("2020-01-01", periods=30, name="day")
    table = pd.DataFrame(
        {
            "number": [*range(28), None, 5],
            "label": ["x", "y", None] * 10,
            "quoted": ['a, "b"\nc', "plain"] * 15,
            _TARGET: [0, 1, 1] * 10,
        },
        index=day,
    )
    table.to_csv(folder / "a.csv")
    table.to_csv(folder / "a.tsv", sep="\t")
    table.to_parquet(folder / "a.parquet")
    table.reset_index().to_json(folder / "a.jsonl", orient="records", lines=True, date_format="iso")


def change(sound: Path, target: Path, random: Random) -> str:
    target.mkdir()
    source = pick(random, sorted(sound.iterdir()))
    content = source.read_bytes()
    if source.suffix == ".parquet" and random.random() < 0.7:
        content = _with_other_metadata(content, random)
    elif source.suffix == ".jsonl" and random.random() < 0.5:
        lines = content.decode().splitlines()
        place = int(random.integers(len(lines)))
        lines[place] = change_json(json.loads(lines[place]), random)
        content = "\n".join(lines).encode("utf-8", "surrogatepass")
    elif random.random() < 0.6:
        content = insert(content, _CELLS, random)
    else:
        content = change_bytes(content, random)
    (target / source.name).write_bytes(content)
    return source.name


def _with_other_metadata(content: bytes, random: Random) -> bytes:
    """Change what pandas has written about the columns, and leave the columns."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content))
    described = change_json(json.loads(table.schema.metadata[b"pandas"]), random)
    sink = pa.BufferOutputStream()
    pq.write_table(table.replace_schema_metadata({"pandas": described.encode("utf-8", "surrogatepass")}), sink)
    return sink.getvalue().to_pybytes()


def use(folder: Path) -> None:
    """Read, profile and check a table."""
    from automl_flow.checks import run_checks
    from automl_flow.tasks.profile import profile_table
    from automl_flow.tasks.readers import read_table
    from automl_flow.tasks.spec import TaskSpec

    (file,) = folder.iterdir()
    table = read_table(file)
    task = TaskSpec(name="a", target=_TARGET, problem="binary")
    run_checks(table, task, profile_table(table, task))


def warm() -> None:
    """Import what reads."""
    import automl_flow.checks
    import automl_flow.tasks.readers  # noqa: F401


KIND = Kind("tables", prepare, change, use, warm)
