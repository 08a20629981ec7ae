"""Loads in a fresh process what ``fit.py`` saved, and compares the predictions."""

import sys
from pathlib import Path

import numpy as np

from automl_flow import load_model
from automl_flow.tasks.readers import read_table


def main() -> None:
    folder = Path(sys.argv[1])
    before = np.load(folder / "predicted.npz")
    table = read_table(folder / "rows.pairs")
    np.testing.assert_allclose(load_model(folder / "model").predict_proba(table.drop(columns="label")), before["rows"])
    np.testing.assert_allclose(load_model(folder / "network").predict_proba(before["x"]), before["samples"], rtol=1e-5)


if __name__ == "__main__":
    main()
