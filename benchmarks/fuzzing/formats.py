"""Changes to the binary formats of stored models, by what their parts mean."""

from __future__ import annotations

import io
import json
import re
import zipfile

import numpy as np

from benchmarks.fuzzing.mutations import Random, change_bytes, change_json, change_numbers, pick

_WORDS = ("-1", "0", "1", "9", "99999", "-99999", "2147483647", "-2147483648", "nan", "inf", "", "1e400", "x")


def change_document(content: bytes, random: Random) -> bytes:
    return change_json(json.loads(content), random).encode("utf-8", "surrogatepass")


def change_tensors(content: bytes, random: Random) -> bytes:
    """Change the header of a safetensors file, the numbers of an array, or its length."""
    from safetensors.numpy import load, save

    size = int.from_bytes(content[:8], "little")
    if random.random() < 0.3:
        header = change_json(json.loads(content[8 : 8 + size]), random).encode("utf-8", "surrogatepass")
        return len(header).to_bytes(8, "little") + header + content[8 + size :]
    arrays = dict(load(content))
    name = pick(random, sorted(arrays))
    action = int(random.integers(4))
    if action == 0:
        del arrays[name]
    elif action == 1:
        flat = arrays[name].ravel()
        arrays[name] = flat[: flat.size // 2].copy()
    elif action == 2:
        arrays[name] = arrays[name].astype(pick(random, ("f4", "f8", "i4", "i8", "u1")))
    else:
        arrays[name] = change_numbers(arrays[name], random)
    return save(arrays)


def change_text(content: bytes, random: Random) -> bytes:
    """Change a line of a LightGBM text: its numbers, its place, or that it is there."""
    lines = content.decode().split("\n")
    place = int(random.integers(len(lines)))
    action = int(random.integers(5))
    if action == 0:
        del lines[place]
    elif action == 1:
        lines.insert(int(random.integers(len(lines))), lines[place])
    elif action == 2:
        lines = lines[:place]
    else:
        name, _, values = lines[place].partition("=")
        words = values.split(" ")
        words[int(random.integers(len(words)))] = pick(
            random,
            ("-1", "0", "1", "9", "99999", "-99999", "2147483647", "-2147483648", "nan", "inf", "", "1e400", "x"),
        )
        lines[place] = f"{name}={' '.join(words)}"
    return "\n".join(lines).encode()


def change_ubj(content: bytes, random: Random) -> bytes:
    """Change numbers of one of the arrays of an XGBoost model, or the number of its items."""
    found = list(re.finditer(rb"\[\$([lLdDU])#L(.{8})", content, re.DOTALL))
    if not found or random.random() < 0.3:
        return change_bytes(content, random)
    array = pick(random, found)
    kind = np.dtype({b"l": ">i4", b"L": ">i8", b"d": ">f4", b"D": ">f8", b"U": "u1"}[array[1]])
    count = int.from_bytes(array[2], "big")
    start, end = array.end(), array.end() + count * kind.itemsize
    if count == 0 or random.random() < 0.1:
        count = int(pick(random, (0, 1, 2**31, 2**62, 2**63)))
        return content[: array.start(2)] + count.to_bytes(8, "big") + content[array.end(2) :]
    numbers = change_numbers(np.frombuffer(content[start:end], kind), random)
    return content[:start] + numbers.astype(kind).tobytes() + content[end:]


def change_words(content: bytes, random: Random) -> bytes:
    """Change some of the aligned words of a CatBoost model, or bytes of it."""
    if random.random() < 0.2:
        return change_bytes(content, random)
    words = np.frombuffer(content[: len(content) - len(content) % 4], "<i4")
    return change_numbers(words, random).astype("<i4").tobytes() + content[len(words) * 4 :]


def change_archive(content: bytes, random: Random) -> bytes:
    """Change the schema of a skops file, one of its arrays, or what files it has."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    method, action = zipfile.ZIP_STORED, random.random()
    if action < 0.6:
        files["schema.json"] = change_document(files["schema.json"], random)
    elif action < 0.85:
        name = pick(random, sorted(files))
        files[name] = change_bytes(files[name], random)
    elif action < 0.95:
        del files[pick(random, sorted(files))]
    else:
        method = zipfile.ZIP_DEFLATED
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, file in files.items():
            archive.writestr(zipfile.ZipInfo(name), file, compress_type=method)
    return buffer.getvalue()
