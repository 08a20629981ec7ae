"""Images in folders, one folder per class."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import DataError, shown

if TYPE_CHECKING:
    from PIL.Image import Image

ENDINGS = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"})
MAX_DEFAULT_SIZE = 128  # pixels; larger images are reduced when no size is given

# Pillow chooses its reader by a file's content and passes PostScript to an external program, so formats are listed.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF")
_MAX_PIXELS = 80_000_000  # of an image; a quarter of a gigabyte in colour
_GREY = frozenset({"1", "L", "LA", "La", "I", "I;16", "I;16L", "I;16B", "F"})
_UNKNOWN_WHITE = frozenset({"I", "F"})
_DEEP = _UNKNOWN_WHITE | {"I;16", "I;16L", "I;16B"}
_WHITES = (1.0, 255.0, 65535.0)
_GROUND = 128  # grey, on which neither black nor white shapes vanish


def read_image_folder(
    folder: Path, size: tuple[int, int] | None = None, channels: int | None = None
) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Read ``folder/<class>/<image>``; names that start with a dot are ignored.

    One image at a time is in memory at its full size. Pixels of 16 bits are scaled to 8; those of 32 bits by 1, 255 or
    65,535, the first that none of the folder's exceeds. Transparent images are laid on grey.

    Args:
        folder: Has one sub-folder per class, named after it.
        size: (height, width) of the result; ``None`` is the median size, at most 128.
        channels: 1 for grey, 3 for colour; ``None`` is grey if all images are.

    Returns:
        Images (n, height, width, channels) as bytes, and classes (n,), in the order of the paths.

    Raises:
        DataError: No such folder, no images in class folders, or a file that is not an image, has more than 80 million
            pixels, or has pixels of 32 bits below 0 or above 65,535.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: no such folder")
    paths = sorted(p for p in folder.glob("[!.]*/[!.]*") if p.suffix.lower() in ENDINGS and p.is_file())
    if not paths:
        raise DataError(f"{folder}: has no images in class folders (expected {folder}/<class>/<image>.png)")
    classes = [_class_of(path) for path in paths]
    return _read_images(paths, size, channels), np.asarray(classes)


def holds_paths(x: Any) -> bool:
    """Whether samples are given as a path, or as a list of paths."""
    if isinstance(x, np.ndarray):
        return x.dtype.kind == "U" and x.ndim == 1
    return isinstance(x, (str, Path)) or (
        isinstance(x, (list, tuple)) and len(x) > 0 and all(isinstance(path, (str, Path)) for path in x)
    )


def read_new_images(
    source: str | Path | Sequence[str | Path], size: tuple[int, int], channels: int
) -> NDArray[np.uint8]:
    """Read images without classes: a file, a list of files, or a folder, in the order of names.

    Args:
        source: An image, images, or a folder of images, which may lie in sub-folders (one level).
        size: (height, width) that all images are brought to.
        channels: 1 for grey, 3 for colour.

    Returns:
        Images (n, height, width, channels) as bytes, in the order of the list, or of the paths in the folder.

    Raises:
        DataError: There is no such file, there are no images, or one cannot be read.
    """
    if not isinstance(source, (str, Path)):
        return _read_images([_existing(Path(path)) for path in source], size, channels)
    folder = _existing(Path(source))
    if not folder.is_dir():
        return _read_images([folder], size, channels)
    found = (path for pattern in ("[!.]*", "[!.]*/[!.]*") for path in folder.glob(pattern))
    paths = sorted(path for path in found if path.suffix.lower() in ENDINGS and path.is_file())
    if not paths:
        raise DataError(f"{folder}: has no images ({', '.join(sorted(ENDINGS))})")
    return _read_images(paths, size, channels)


def _existing(path: Path) -> Path:
    if not path.exists():
        raise DataError(f"{shown(path, 300)}: no such image or folder")
    return path


def _read_images(paths: Sequence[Path], size: tuple[int, int] | None, channels: int | None) -> NDArray[np.uint8]:
    heights, widths, modes, peaks = zip(*map(_read_header, paths), strict=True)
    size = size or (min(MAX_DEFAULT_SIZE, int(np.median(heights))), min(MAX_DEFAULT_SIZE, int(np.median(widths))))
    channels = channels or (1 if _GREY.issuperset(modes) else 3)
    white = next(white for white in _WHITES if max(peaks) <= white)
    x = np.empty((len(paths), *size, channels), dtype=np.uint8)
    for place, path in enumerate(paths):
        x[place] = _read_pixels(path, size, "L" if channels == 1 else "RGB", white).reshape(x.shape[1:])
    return x


def _class_of(path: Path) -> str:
    try:
        path.parent.name.encode()
    except UnicodeEncodeError:
        raise DataError(f"{shown(path.parent, 200)}: the name of the folder is not UTF-8, and names a class") from None
    return path.parent.name


def _read_header(path: Path) -> tuple[int, int, str, float]:
    """Height, width and mode of an image, and its largest value where the mode leaves the value of white open."""
    with _opened(path) as image:
        if image.mode not in _UNKNOWN_WHITE:
            return image.height, image.width, image.mode, 0.0
        pixels = np.asarray(image)
        low, high = float(pixels.min()), float(pixels.max())
        if not (low >= 0 and high <= _WHITES[-1]):  # NaN, too
            raise ValueError(f"values from {low:g} to {high:g}: it is not known what is white; save it with 16 bits")
        return image.height, image.width, image.mode, high


def _read_pixels(path: Path, size: tuple[int, int], mode: str, white: float) -> NDArray[np.uint8]:
    from PIL import Image

    with _opened(path) as image:
        plain: Image.Image = image
        if image.mode in _DEEP:
            top = white if image.mode in _UNKNOWN_WHITE else _WHITES[-1]
            plain = Image.fromarray(np.round(np.asarray(image, dtype=np.float64) * (255 / top)).astype(np.uint8))
        elif image.has_transparency_data:
            shape = image.convert("RGBA")
            plain = Image.alpha_composite(Image.new("RGBA", shape.size, (_GROUND, _GROUND, _GROUND, 255)), shape)
        return np.asarray(plain.convert(mode).resize((size[1], size[0])), dtype=np.uint8)


@contextmanager
def _opened(path: Path) -> Iterator[Image]:
    """Open an image; pixels are read when they are asked for.

    Raises:
        DataError: In place of whatever the reader of the format raises.
    """
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # ours is stricter
            with Image.open(path, formats=_FORMATS) as image:
                if image.width * image.height > _MAX_PIXELS:
                    raise ValueError(f"{image.width} × {image.height} pixels, more than {_MAX_PIXELS // 10**6} million")
                yield image
    except Exception as error:  # every format has its own: this may be any file
        raise DataError(f"{shown(path, 300)}: cannot be read as an image ({shown(error, 200)})") from None
