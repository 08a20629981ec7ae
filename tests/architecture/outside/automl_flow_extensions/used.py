"""Marks that an entry was used, in whichever process that was."""

import os
from pathlib import Path


def used(kind: str) -> None:
    (Path(os.environ["USED_FOLDER"]) / kind).touch()
