"""Folders of class-named images."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from automl_flow.core.errors import DataError
from automl_flow.tasks.image_folders import read_image_folder


def write(path: Path, shape: tuple[int, ...], value: int = 200) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.full(shape, value, dtype=np.uint8)).save(path)


def test_classes_are_the_names_of_the_folders(tmp_path: Path) -> None:
    write(tmp_path / "cat" / "1.png", (6, 5))
    write(tmp_path / "dog" / "1.png", (6, 5))
    x, y = read_image_folder(tmp_path)
    assert x.shape == (2, 6, 5, 1)
    assert y.tolist() == ["cat", "dog"]


def test_sizes_are_brought_to_the_median(tmp_path: Path) -> None:
    for number, side in enumerate((4, 8, 30)):
        write(tmp_path / "a" / f"{number}.png", (side, side))
    assert read_image_folder(tmp_path)[0].shape == (3, 8, 8, 1)


def test_one_colour_image_makes_all_colour(tmp_path: Path) -> None:
    write(tmp_path / "a" / "1.png", (4, 4))
    write(tmp_path / "b" / "2.png", (4, 4, 3))
    assert read_image_folder(tmp_path)[0].shape == (2, 4, 4, 3)


def test_a_given_size_and_depth_win(tmp_path: Path) -> None:
    write(tmp_path / "a" / "1.png", (4, 4, 3))
    assert read_image_folder(tmp_path, (7, 9), 1)[0].shape == (1, 7, 9, 1)


def test_a_file_that_is_no_image_is_named(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "broken.png").write_text("no")
    with pytest.raises(DataError, match=r"broken\.png: cannot be read as an image"):
        read_image_folder(tmp_path)


def test_a_folder_without_class_folders_says_what_is_expected(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no images in class folders"):
        read_image_folder(tmp_path)
