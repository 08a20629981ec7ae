"""Write the raw files that are not checked in by hand: ``python data/make_raw.py``.

Diabetes and digits come from scikit-learn; the vowels archive (two arrays per part, as aeon ships it) is put into one
array with a ``split`` beside it, so that the archive's own test part becomes our holdout. Writing twice gives equal
bytes. The files are checked in, so that a clone runs without this script.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from sklearn.datasets import load_diabetes, load_digits

RAW = Path(__file__).parent / "01_raw"


def write_diabetes() -> None:
    """442 patients in their original units."""
    bunch = load_diabetes(as_frame=True, scaled=False)
    bunch.frame.rename(columns={"target": "progression"}).to_csv(RAW / "diabetes.csv", index=False)


def write_digits() -> None:
    """1,797 grey images of 8 x 8 pixels with values from 0 to 16."""
    bunch = load_digits()
    images = bunch.images.astype(np.uint8)[..., np.newaxis]  # (n, height, width, channels)
    np.savez_compressed(RAW / "digits.npz", x=images, y=bunch.target.astype(np.int64))


def write_vowels(archive: Path) -> None:
    """640 utterances of 12 channels by 25 steps, padded, by nine speakers."""
    with np.load(archive, allow_pickle=False) as parts:
        x = np.concatenate([parts["x_train"], parts["x_test"]]).astype(np.float32)
        y = np.concatenate([parts["y_train"], parts["y_test"]]).astype(np.int64)
        split = np.array(["train"] * len(parts["y_train"]) + ["holdout"] * len(parts["y_test"]))
    np.savez_compressed(RAW / "vowels.npz", x=x, y=y, split=split)


def main() -> None:
    """Write all files; vowels only where its archive is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vowels", type=Path, help="japanese_vowels.npz with x_train, y_train, x_test, y_test")
    arguments = parser.parse_args()
    write_diabetes()
    write_digits()
    if arguments.vowels is not None:
        write_vowels(arguments.vowels)


if __name__ == "__main__":
    main()
