"""``python -m automl_flow`` is ``kedro run`` for the project in the current folder."""

from __future__ import annotations

from pathlib import Path

from kedro.framework.startup import bootstrap_project
from kedro.utils import find_kedro_project


def main() -> None:
    """Run the project's pipelines with the options of ``kedro run``."""
    from automl_flow.cli.running import run

    bootstrap_project(find_kedro_project(Path.cwd()) or Path(__file__).resolve().parents[2])
    run()


if __name__ == "__main__":
    main()
