"""Images as people keep them: a folder per class."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import DataError

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
LARGEST = 128  # pixels; larger images are reduced when no size is given


def read_image_folder(
    folder: Path, size: tuple[int, int] | None = None, channels: int | None = None
) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Read ``folder/<class>/<image>``.

    Args:
        folder: Has a sub-folder for every class; its name is the class.
        size: (height, width) that all images are brought to; ``None`` takes the median of the images, at most 128.
        channels: 1 for grey, 3 for colour; ``None`` is grey when every image is.

    Returns:
        Images (n, height, width, channels) as bytes, and classes (n,), in the order of the paths.

    Raises:
        DataError: No such folder, no images in class folders, or a file that is not an image.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    paths = sorted(p for p in folder.glob("*/*") if p.suffix.lower() in ENDINGS)
    if not paths:
        raise DataError(f"{folder}: has no images in class folders (expected {folder}/<class>/<image>.png)")
    images = [_read(path) for path in paths]
    if channels is None:
        channels = 1 if all(image.mode in {"1", "L", "LA", "I;16"} for image in images) else 3
    if size is None:
        heights, widths = [image.height for image in images], [image.width for image in images]
        size = (min(LARGEST, int(np.median(heights))), min(LARGEST, int(np.median(widths))))
    mode = "L" if channels == 1 else "RGB"
    resized = [image.convert(mode).resize((size[1], size[0])) for image in images]
    x = np.stack([np.asarray(image, dtype=np.uint8).reshape(*size, channels) for image in resized])
    return x, np.asarray([path.parent.name for path in paths])


def _read(path: Path) -> Any:
    from PIL import Image, UnidentifiedImageError

    try:
        with Image.open(path) as image:
            image.load()
            return image.copy()
    except (UnidentifiedImageError, OSError) as error:
        raise DataError(f"{path}: cannot be read as an image ({error})") from None
