"""``python -m automl_flow``: ``kedro run`` in a project folder, or, if installed, next to a settings folder.

The installed package contains neither settings nor data: it runs the tasks of ``conf/`` in the working directory, or of
the folder in ``--conf-source``. Catalog paths are relative to the working directory.
"""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path

PACKAGE = "automl_flow"


def main() -> None:
    """Run the project's pipelines with the options of ``kedro run``."""
    _choose_logging()
    from kedro.framework.project import configure_project
    from kedro.framework.startup import bootstrap_project
    from kedro.utils import find_kedro_project

    project = find_kedro_project(Path.cwd())
    if project is not None:
        bootstrap_project(project)
    else:
        configure_project(PACKAGE)
    from automl_flow.cli.running import run

    run(prog_name=f"python -m {PACKAGE}")


def _choose_logging() -> None:
    """Point Kedro, which configures logging when it is imported, to the logging of the chosen settings."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--conf-source", default="conf")
    file = Path(parser.parse_known_args()[0].conf_source, "logging.yml")
    if file.is_file():
        os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(file))
    logging.getLogger("kedro.framework.project").setLevel(logging.WARNING)  # at INFO, it logs where it found the file


if __name__ == "__main__":
    main()
