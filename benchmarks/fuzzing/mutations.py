"""Changes to bytes and to JSON documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np

Random = np.random.Generator

RAW = "\x00raw:"  # begins a text that is written into JSON as it stands
HOSTILE: tuple[Any, ...] = (
    None, True, -1, 0, 1, 2, 3, 7, 10**9, 10**18, -(10**18), 0.5, -1.5, 1e308, "", "x", "a" * 5000, "../../../x",
    "/etc/passwd", "\x1b[2J", "1", [], {}, [[]], [1, 2, 3], {"x": 1}, RAW + "1e999", RAW + "NaN", RAW + "-Infinity",
    RAW + "9" * 5000, RAW + "[" * 3000 + "]" * 3000, RAW + '{"a": 1, "a": 2}', RAW + "tru", "\ud83d\ude00",
)  # fmt: skip


def pick(random: Random, items: Any) -> Any:
    return items[int(random.integers(len(items)))]


def change_bytes(content: bytes, random: Random) -> bytes:
    """Flip, overwrite, cut, insert, delete or repeat."""
    data = bytearray(content)
    for _ in range(int(random.integers(1, 4))):
        place = int(random.integers(len(data) + 1))
        length = int(min(len(data) - place, 2 ** random.integers(0, 9)))
        action = int(random.integers(7))
        if action == 0 and data:
            data[min(place, len(data) - 1)] ^= 1 << int(random.integers(8))
        elif action == 1:
            data[place : place + length] = bytes([int(pick(random, (0, 255, 127, 128, 1)))]) * length
        elif action == 2:
            del data[place:]
        elif action == 3:
            data[place:place] = random.bytes(length or 4)
        elif action == 4:
            del data[place : place + length]
        elif action == 5:
            data[place:place] = data[place : place + length] * 2
        else:
            words = (0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF, 0xFFFFFFFE, 1000, 65535)
            place -= place % 4
            data[place : place + 4] = int(pick(random, words)).to_bytes(4, pick(random, ("little", "big")))
    return bytes(data)


def insert(content: bytes, words: tuple[bytes, ...], random: Random) -> bytes:
    """Put some of *words* into a text, or in the place of a few of its letters."""
    data = bytearray(content)
    for _ in range(int(random.integers(1, 5))):
        place = int(random.integers(len(data) + 1))
        data[place : place + int(pick(random, (0, 0, 1, 4)))] = pick(random, words)
    return bytes(data)


def change_json(document: Any, random: Random) -> str:
    """Change one value or key of a document; return its text."""
    boxes: list[Any] = []
    _collect(document, boxes)
    box = pick(random, boxes) if boxes else [document]
    keys = list(box) if isinstance(box, dict) else list(range(len(box)))
    action = int(random.integers(6))
    if action == 0 or not keys:
        if isinstance(box, dict):
            box[pick(random, ("extra", "", "__class__", "../x", "n_jobs"))] = pick(random, HOSTILE)
        else:
            box.append(pick(random, HOSTILE))
    elif action == 1:
        del box[pick(random, keys)]
    elif action == 2 and len(keys) > 1:
        one, other = pick(random, keys), pick(random, keys)
        box[one], box[other] = box[other], box[one]
    elif action == 3:
        box[pick(random, keys)] = json.loads(json.dumps(pick(random, boxes)))
    else:
        box[pick(random, keys)] = pick(random, HOSTILE)
    return _with_raw(json.dumps(document))


def _collect(value: Any, boxes: list[Any]) -> None:
    if isinstance(value, (dict, list)):
        boxes.append(value)
        for item in value.values() if isinstance(value, dict) else value:
            _collect(item, boxes)


def _with_raw(text: str) -> str:
    for value in HOSTILE:
        if isinstance(value, str) and value.startswith(RAW):
            text = text.replace(json.dumps(value), value.removeprefix(RAW))
    return text


def change_numbers(numbers: np.ndarray, random: Random) -> np.ndarray:
    """Change some numbers to such as lead out of arrays, or are none."""
    copy = numbers.copy().ravel()
    if copy.size == 0:
        return np.zeros(1, numbers.dtype)
    for _ in range(int(random.integers(1, 4))):
        place = int(random.integers(copy.size))
        if copy.dtype.kind == "f":
            copy[place] = pick(random, (np.nan, np.inf, -np.inf, 0.0, -1.0, 1e30, 7.0))
        else:
            limits = np.iinfo(copy.dtype)
            near = (0, 1, copy.size, copy.size - 1, place, max(place - 1, 0), 5, limits.max, limits.min)
            copy[place] = np.clip(int(pick(random, near)), limits.min, limits.max)
    return copy.reshape(numbers.shape)


Changer = Callable[[bytes, Random], bytes]
