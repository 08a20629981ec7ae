"""Parser for the subset of binary JSON (UBJSON) that XGBoost writes, with bounds on everything."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np

from automl_flow.core.errors import ArtifactError, shown

_MAX_DEPTH = 20
_MAX_ITEMS = 1_000_000  # of a list with mixed types
_NUMBERS = {"i": "i1", "U": "u1", "I": ">i2", "l": ">i4", "L": ">i8", "d": ">f4", "D": ">f8"}


@dataclass
class _Reader:
    content: bytes
    place: int = 0

    def take(self, count: int) -> bytes:
        if not 0 <= count <= len(self.content) - self.place:
            raise ArtifactError(f"the binary JSON is cut off at byte {self.place}")
        self.place += count
        return self.content[self.place - count : self.place]

    def mark(self) -> str:
        return self.take(1).decode("latin-1")

    def length(self) -> int:
        if self.mark() != "L":
            raise ArtifactError(f"expected a length at byte {self.place}")
        return int(struct.unpack(">q", self.take(8))[0])

    def text(self) -> str:
        return self.take(self.length()).decode()

    def value(self, mark: str, depth: int) -> Any:
        if depth > _MAX_DEPTH:
            raise ArtifactError(f"the binary JSON is nested more than {_MAX_DEPTH} deep")
        if mark == "{":
            return self.object(depth)
        if mark == "[":
            return self.array(depth)
        if mark == "S":
            return self.text()
        if mark in _NUMBERS:
            kind = np.dtype(_NUMBERS[mark])
            return np.frombuffer(self.take(kind.itemsize), kind)[0].item()
        raise ArtifactError(f"unknown type marker {shown(mark)!r} at byte {self.place}")

    def object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while self.content[self.place : self.place + 1] != b"}":
            name = self.text()
            if name in found:
                raise ArtifactError(f"the key {shown(name)!r} is duplicated")
            found[name] = self.value(self.mark(), depth + 1)
        self.take(1)
        return found

    def array(self, depth: int) -> Any:
        mark = self.mark()
        kind = None
        if mark == "$":
            kind = np.dtype(_NUMBERS.get(self.mark(), "V"))
            mark = self.mark()
        if mark != "#" or kind == np.dtype("V"):
            raise ArtifactError(f"a list without a length, or with an unknown number type, at byte {self.place}")
        count = self.length()
        if kind is not None:
            return np.frombuffer(self.take(count * kind.itemsize), kind).astype(kind.newbyteorder("="))
        if not 0 <= count <= _MAX_ITEMS:
            raise ArtifactError(f"a list of {count} values, at most {_MAX_ITEMS}")
        return [self.value(self.mark(), depth + 1) for _ in range(count)]


def parse_ubj(content: bytes) -> dict[str, Any]:
    """Return the object in *content*; lists of numbers of one type become arrays.

    Raises:
        ArtifactError: It is cut off, has trailing bytes or a duplicate key, or uses a type that XGBoost does not write.
    """
    reader = _Reader(content)
    if reader.mark() != "{":
        raise ArtifactError("not a model in XGBoost's binary JSON")
    found = reader.object(0)
    if reader.place != len(content):
        raise ArtifactError(f"{len(content) - reader.place} trailing bytes after the model")
    return found
