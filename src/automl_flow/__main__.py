"""``python -m automl_flow`` is ``kedro run``: in a project's folder or, for an installed package, beside settings.

The installed package brings no settings and no data: it runs the tasks of ``conf/`` in the current folder, or of the
folder that ``--conf-source`` names, and paths of the catalog are relative to the current folder.
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
    """Let Kedro, which looks for it when it is imported, find the logging of the settings that are named."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--conf-source", default="conf")
    file = Path(parser.parse_known_args()[0].conf_source, "logging.yml")
    if file.is_file():
        os.environ.setdefault("KEDRO_LOGGING_CONFIG", str(file))
    logging.getLogger("kedro.framework.project").setLevel(logging.WARNING)  # it says at INFO what it has found


if __name__ == "__main__":
    main()
