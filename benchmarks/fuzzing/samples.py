"""Samples as people deliver them: archives of arrays, and folders of images of every format that is read."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np

from benchmarks.fuzzing.kind import Kind
from benchmarks.fuzzing.mutations import Random, change_bytes, insert, pick

_FORMATS = {"png": "RGB", "jpg": "RGB", "gif": "P", "webp": "RGB", "tif": "RGB", "bmp": "RGB"}
_HEADERS = (
    b"9",
    b"9999999999",
    b"(",
    b")",
    b"'",
    b"-",
    b",",
    b"[",
    b"{",
    b"True",
    b"|O",
    b"|V8",
    b"<U0",
    b"<f8",
    b"<M8",
    b">c16",
)
_PNG_START = 8


def prepare(folder: Path) -> None:
    from PIL import Image

    x, y = np.arange(96, dtype=np.int16).reshape(8, 4, 3), np.array(list("aabbccdd"))
    np.savez(folder / "stored.npz", x=x, y=y)
    np.savez_compressed(folder / "packed.npz", x=x, y=y)
    pixels = np.random.default_rng(0).integers(0, 255, (12, 10, 4), dtype=np.uint8)
    for ending, mode in _FORMATS.items():
        Image.fromarray(pixels[..., :3]).convert(mode).save(folder / f"a.{ending}")
    Image.fromarray(pixels).save(folder / "clear.png")
    Image.fromarray(pixels[..., 0].astype(np.uint16) * 257).save(folder / "deep.tif")
    Image.fromarray(pixels[..., 0].astype(np.float32)).save(folder / "floats.tif")


def change(sound: Path, target: Path, random: Random) -> str:
    source = pick(random, sorted(sound.iterdir()))
    content, inside = source.read_bytes(), random.random() < 0.7
    if source.suffix == ".npz":
        content = _change_member(content, random) if inside else change_bytes(content, random)
        target.mkdir()
        (target / "a.npz").write_bytes(content)
    else:
        content = (
            _change_chunk(content, random) if inside and source.suffix == ".png" else change_bytes(content, random)
        )
        (target / "class").mkdir(parents=True)
        (target / "class" / source.name).write_bytes(content)
    return source.name


def _change_member(content: bytes, random: Random) -> bytes:
    """Change an array or its header, so that the archive's checksums are right."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    name = pick(random, sorted(files))
    header, values = files[name][:128], files[name][128:]
    files[name] = (
        insert(header, _HEADERS, random) + values if random.random() < 0.7 else change_bytes(files[name], random)
    )
    if random.random() < 0.2:
        files[pick(random, ("z.npy", "x", "../x.npy", "z.txt"))] = files.pop(name)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", pick(random, (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for member, file in files.items():
            archive.writestr(member, file)
    return sink.getvalue()


def _change_chunk(content: bytes, random: Random) -> bytes:
    """Change a chunk of a PNG file, or its name, so that its checksum is right."""
    chunks, place = [], _PNG_START
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        chunks.append((content[place + 4 : place + 8], content[place + 8 : place + 8 + length]))
        place += 12 + length
    number = int(random.integers(len(chunks)))
    kind, inner = chunks[number]
    if kind == b"IDAT" and random.random() < 0.5:
        inner = zlib.compress(change_bytes(zlib.decompress(inner), random))
    elif random.random() < 0.8:
        inner = change_bytes(inner, random)
    else:
        kind = pick(random, (b"zTXt", b"iTXt", b"PLTE", b"tRNS", b"eXIf", b"iCCP", b"acTL", b"fcTL", b"fdAT"))
    chunks[number] = (kind, inner)
    parts = (struct.pack(">I", len(c)) + k + c + struct.pack(">I", zlib.crc32(k + c)) for k, c in chunks)
    return content[:_PNG_START] + b"".join(parts)


def use(folder: Path) -> None:
    """Read arrays, or images of one class."""
    from automl_flow.tasks.arrays import load_arrays, select_arrays
    from automl_flow.tasks.image_folders import read_image_folder
    from automl_flow.tasks.spec import TaskSpec

    if (folder / "a.npz").exists():
        task = TaskSpec(name="a", target="y", problem="multiclass", modality="sequence")
        select_arrays(load_arrays(folder / "a.npz"), task, "a.npz")
    else:
        read_image_folder(folder)


def warm() -> None:
    """Import what reads."""


KIND = Kind("samples", prepare, change, use, warm)
