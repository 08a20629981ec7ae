"""Images and archives of arrays that are damaged or made to do harm end in one sentence, within bounds."""

import gc
import io
import os
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from automl_flow.core.errors import DataError
from automl_flow.tasks.arrays import load_arrays
from automl_flow.tasks.image_folders import read_image_folder


def png(width, height, more=b""):
    """A small PNG file whose header says that it is larger."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + header + more + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def saved(pixels, kind="PNG", mode=None, **options):
    sink = io.BytesIO()
    image = Image.fromarray(np.asarray(pixels))
    (image.convert(mode) if mode else image).save(sink, kind, **options)
    return sink.getvalue()


GREY = np.full((4, 4), 200, dtype=np.uint8)
BAD_IMAGES = {
    "PostScript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(x) show\n",
    "PostScript in DOS": b"\xc5\xd0\xd3\xc6" + struct.pack("<6I", 30, 100, 0, 0, 0, 0) + b"%!PS-Adobe-3.0 EPSF-3.0",
    "a portable map": b"P6\n2 2\n255\n" + bytes(12),
    "30,000 × 30,000": png(30_000, 30_000),
    "10,000 × 10,000": png(10_000, 10_000),
    "2**31 pixels wide": png(2**31 - 1, 1),
    "no pixels": png(0, 0),
    "half of it": saved(np.arange(4096, dtype=np.uint8).reshape(64, 64))[:60],
    "nothing": b"",
    "a damaged text": png(4, 4, struct.pack(">I", 40) + b"zTXta\0\0" + zlib.compress(bytes(10**6))[:37] + b"0000"),
    "a damaged GIF": b"GIF89a" + b"\xff" * 50,
    "a damaged TIFF": b"II*\0\x08\0\0\0\xff\xff" + b"\xff" * 50,
    "a damaged WebP": b"RIFF\x20\0\0\0WEBPVP8 " + b"\xff" * 20,
    "a damaged BMP": b"BM" + b"\xff" * 60,
    "NaN": saved(np.full((4, 4), np.nan, dtype=np.float32), "TIFF"),
    "negative": saved(np.full((4, 4), -1, dtype=np.int32), "TIFF"),
    "beyond 16 bits": saved(np.full((4, 4), 1e6, dtype=np.float32), "TIFF"),
}  # fmt: skip


def folder_of(tmp_path, *contents):
    """A folder with one class, ``a``."""
    (tmp_path / "a").mkdir()
    for place, content in enumerate(contents):
        (tmp_path / "a" / f"{place}.png").write_bytes(content)
    return tmp_path


@pytest.mark.parametrize("content", BAD_IMAGES.values(), ids=BAD_IMAGES)
@pytest.mark.timeout(20)
def test_a_file_that_is_no_image_of_a_kind_we_read_is_refused_with_its_path(content, tmp_path):
    with pytest.raises(DataError, match=r"0\.png: cannot be read as an image"):
        read_image_folder(folder_of(tmp_path, content))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "GIF", "WEBP", "TIFF"])
def test_every_kind_that_the_endings_promise_is_read(kind, tmp_path):
    x, _ = read_image_folder(folder_of(tmp_path, saved(GREY, kind)))
    assert abs(int(x.mean()) - 200) <= 2


@pytest.mark.parametrize(
    ("images", "values"),
    [
        ([(np.uint16, 257 * 100, "PNG"), (np.uint16, 257 * 200, "PNG")], [100, 200]),
        ([(np.uint16, 257 * 10, "TIFF"), (np.uint8, 10, "PNG")], [10, 10]),
        ([(np.int32, 257 * 100, "TIFF"), (np.int32, 257, "TIFF")], [100, 1]),
        ([(np.int32, 100, "TIFF"), (np.int32, 200, "TIFF")], [100, 200]),
        ([(np.float32, 0.4, "TIFF"), (np.float32, 0.8, "TIFF")], [102, 204]),
        ([(np.float32, 100.2, "TIFF"), (np.float32, 200, "TIFF")], [100, 200]),
    ],
)
def test_deep_pixels_are_scaled_and_not_cut(images, values, tmp_path):
    contents = [saved(np.full((4, 4), value, dtype=kind), form) for kind, value, form in images]
    x, _ = read_image_folder(folder_of(tmp_path, *contents))
    assert x[:, 0, 0, 0].tolist() == values


@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("LA", "PNG"), ("RGBA", "WEBP"), ("P", "PNG")])
@pytest.mark.parametrize("shade", [0, 255])
def test_a_shape_on_transparent_ground_is_seen(shade, mode, kind, tmp_path):
    pixels = np.full((4, 4, 4), shade, dtype=np.uint8)
    pixels[:2, :, 3], pixels[2:, :, 3] = 0, 255
    options = {"lossless": True, "exact": True} if kind == "WEBP" else {}
    content = saved(pixels, kind, **options) if mode == "RGBA" else saved(pixels, kind, mode)
    x, _ = read_image_folder(folder_of(tmp_path, content))
    assert abs(int(x[0, 0, 0, 0]) - int(x[0, 3, 0, 0])) > 100


def test_images_are_held_one_at_a_time(tmp_path, monkeypatch):
    folder = folder_of(tmp_path, *[saved(np.zeros((50, 60, 3), dtype=np.uint8))] * 6)
    held, resize = [], Image.Image.resize

    def counted(image, *arguments):
        whole = [found for found in gc.get_objects() if issubclass(type(found), Image.Image) and found.size == (60, 50)]
        held.append(len(whole))
        return resize(image, *arguments)

    monkeypatch.setattr(Image.Image, "resize", counted)
    read_image_folder(folder, (8, 8))
    assert len(held) == 6
    assert max(held) <= 2  # the file's own, and its conversion


def test_hidden_files_and_what_only_looks_like_a_file_are_left_out(tmp_path):
    folder = folder_of(tmp_path, saved(GREY))
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints/0.png").write_bytes(saved(GREY))
    (folder / "a/._0.png").write_bytes(b"no")
    (folder / "a/folder.png").mkdir()
    os.mkfifo(folder / "a/pipe.png")
    assert read_image_folder(folder)[1].tolist() == ["a"]


def test_a_class_whose_name_cannot_be_stored_is_refused(tmp_path):
    folder = tmp_path / "a\udcff"
    folder.mkdir()
    (folder / "0.png").write_bytes(saved(GREY))
    with pytest.raises(DataError, match="not UTF-8"):
        read_image_folder(tmp_path)


def npy(array=None, header=None):
    """An array as NumPy writes it, or a header that says something else."""
    sink = io.BytesIO()
    if header is None:
        np.save(sink, np.zeros(3) if array is None else array, allow_pickle=False)
        return sink.getvalue()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header


def archive(members, compression=zipfile.ZIP_DEFLATED):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", compression) as file:
        for name, content in members:
            file.writestr(name, content)
    return sink.getvalue()


def patched(content, old, new):
    assert old in content
    return content.replace(old, new)


def with_flag(content):
    """Mark the only member as encrypted, here and in the directory."""
    changed = bytearray(content)
    changed[6] |= 1
    changed[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def with_compression(content, number):
    changed = bytearray(content)
    changed[8:10] = struct.pack("<H", number)
    place = content.index(b"PK\x01\x02") + 10
    changed[place : place + 2] = struct.pack("<H", number)
    return bytes(changed)


def header(shape, kind="'<f8'"):
    return f"{{'descr': {kind}, 'fortran_order': False, 'shape': {shape}, }}".encode()


ONE = archive([("x.npy", npy())])
BAD_ARCHIVES = {
    "one array": npy(),
    "nothing": b"",
    "text": b"x,y\n1,2\n",
    "half of it": ONE[:-30],
    "a member that is no array": archive([("x.txt", b"a")]),
    "a folder": archive([("x/", b"")]),
    "encrypted": with_flag(ONE),
    "unknown compression": with_compression(ONE, 77),
    "another compression": with_compression(ONE, 12),
    "a damaged stream": ONE[:45] + b"\xff" * 10 + ONE[55:],
    "a name twice": patched(archive([("x.npy", npy()), ("y.npy", npy())]), b"y.npy", b"x.npy"),
    "8 TB": archive([("x.npy", npy(header=header("(1000000000000,)")))]),
    "negative": archive([("x.npy", npy(header=header("(-5,)")) + bytes(40))]),
    "a shape that is none": archive([("x.npy", npy(header=header("'x'")) + bytes(40))]),
    "values of no size": archive([("x.npy", npy(header=header("(1000000000000000,)", "'|S0'")))]),
    "a huge kind": archive([("x.npy", npy(header=header("(1,)", "('<f8', (1000000000,))")))]),
    "brackets": archive([("x.npy", npy(header=b"[" * 5000))]),
    "a long header": archive([("x.npy", npy(header=b" " * 60_000))]),
    "code": archive([("x.npy", npy(header=b"__import__('os').getcwd()"))]),
    "objects": archive([("x.npy", npy(header=header("(1,)", "'|O'")) + b"cos\nsystem\n")]),
    "records": archive([("x.npy", npy(np.zeros(2, dtype=[("a", "f8"), ("b", "i4")])))]),
    "too few values": archive([("x.npy", npy()[:-8])]),
    "a later version": archive([("x.npy", b"\x93NUMPY\x09\x00" + npy()[8:])]),
    "zeros without end": archive([("x.npy", npy(np.zeros(40_000_000)))]),
}  # fmt: skip


@pytest.mark.parametrize("content", BAD_ARCHIVES.values(), ids=BAD_ARCHIVES)
@pytest.mark.timeout(20)
def test_an_archive_that_is_not_of_plain_arrays_is_refused_with_its_path(content, tmp_path):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(
        DataError, match=r"a\.npz: (cannot be read as an NPZ file of plain arrays: .|its .* would become)"
    ):
        load_arrays(tmp_path / "a.npz")


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "array",
    [
        np.arange(6).reshape(2, 3),
        np.array(["a", "bc"]),
        np.array(["2020-01-01"], dtype="M8[D]"),
        np.zeros((0, 2)),
        np.array(5.0),
        np.asfortranarray(np.eye(3)),
        np.array([True]),
        np.arange(3, dtype=">i2"),
    ],
    ids=lambda array: str(array.dtype),
)
def test_plain_arrays_come_back(array, save, tmp_path):
    save(tmp_path / "a.npz", x=array)
    found = load_arrays(tmp_path / "a.npz")["x"]
    assert found.dtype == array.dtype
    np.testing.assert_array_equal(found, array)
