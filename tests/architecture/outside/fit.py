"""Fits a model of rows and a network with entries from outside; saves both, and what they predict."""

import sys
from pathlib import Path

import numpy as np

from automl_flow import AutoMLClassifier, SequenceClassifier
from automl_flow.tasks.readers import read_table


def main() -> None:
    folder = Path(sys.argv[1])
    table = read_table(folder / "rows.pairs")
    X, y = table.drop(columns="label"), table["label"]
    shared = {"time_left_for_this_task": None, "n_jobs": 2, "execution": "here", "progress": False}
    model = AutoMLClassifier(
        max_trials=1, families=["centroid"], metric="profit", strategy="scattered", folds=3, **shared
    ).fit(X, y)
    model.save(folder / "model")
    samples = np.random.default_rng(0).normal(size=(60, 8, 2)).cumsum(axis=1)
    network = SequenceClassifier(
        max_trials=1,
        strategy="coin",
        strategy_options={"epochs": 1, "pool": 2, "candidates": 1},
        space="small_sequences",
        space_options={"operations": ["conv_tanh", "conv_sigmoid"], "layers": [1], "widths": [8]},
        epochs=1,
        final_epochs=1,
        final_seeds=1,
        **shared,
    ).fit(samples, (samples[:, -1, 0] > 0).astype(int))
    network.save(folder / "network")
    np.savez(folder / "predicted.npz", rows=model.predict_proba(X), samples=network.predict_proba(samples), x=samples)


if __name__ == "__main__":
    main()
