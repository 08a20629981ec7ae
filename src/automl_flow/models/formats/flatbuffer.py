"""Reader for FlatBuffers tables: every offset is checked to lie inside the buffer."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from automl_flow.core.errors import ArtifactError


@dataclass(frozen=True)
class Table:
    """A table whose fields are read by number.

    Attributes:
        content: All bytes of the buffer.
        place: Start of the table, in bytes.
    """

    content: bytes
    place: int

    @classmethod
    def root(cls, content: bytes) -> Table:
        """The root table of a buffer."""
        return cls(content, _at(content, 0, "<I"))

    def number(self, field: int, kind: str, default: float = 0) -> Any:
        """A number of :mod:`struct`'s *kind*."""
        place = self._field(field)
        return default if place is None else _at(self.content, place, f"<{kind}")

    def table(self, field: int) -> Table:
        """A table inside this one; it must be there."""
        return Table(self.content, self._target(field))

    def tables(self, field: int) -> list[Table]:
        """A list of tables."""
        place, count = self._vector(field, 4)
        return [Table(self.content, at + _at(self.content, at, "<I")) for at in range(place, place + 4 * count, 4)]

    def texts(self, field: int) -> list[str]:
        """A list of texts."""
        return [_bytes(table.content, table.place).decode() for table in self.tables(field)]

    def text(self, field: int) -> str:
        """A text; empty where there is none."""
        return "" if self._field(field) is None else _bytes(self.content, self._target(field)).decode()

    def array(self, field: int, kind: str) -> NDArray[Any]:
        """A list of numbers, or of records, of NumPy's *kind*."""
        dtype = np.dtype(kind)
        place, count = self._vector(field, dtype.itemsize)
        return np.frombuffer(self.content, dtype, count, place) if count else np.empty(0, dtype)

    def _field(self, field: int) -> int | None:
        described = self.place - _at(self.content, self.place, "<i")
        end = _at(self.content, described, "<H")
        entry = 4 + 2 * field
        offset = _at(self.content, described + entry, "<H") if entry + 2 <= end else 0
        return self.place + offset if offset else None

    def _target(self, field: int) -> int:
        place = self._field(field)
        if place is None:
            raise ArtifactError(f"field {field} of a table is missing")
        return int(place + _at(self.content, place, "<I"))

    def _vector(self, field: int, size: int) -> tuple[int, int]:
        """Start and length of a list."""
        if self._field(field) is None:
            return 0, 0
        place = self._target(field)
        count = _at(self.content, place, "<I")
        if place + 4 + count * size > len(self.content):
            raise ArtifactError(f"a list of {count} items runs past the end of the file")
        return place + 4, count


def _at(content: bytes, place: int, kind: str) -> Any:
    if not 0 <= place <= len(content) - struct.calcsize(kind):
        raise ArtifactError(f"an offset points to byte {place}, outside the {len(content)} bytes of the file")
    return struct.unpack_from(kind, content, place)[0]


def _bytes(content: bytes, place: int) -> bytes:
    count = _at(content, place, "<I")
    if place + 4 + count > len(content):
        raise ArtifactError(f"a string of {count} bytes runs past the end of the file")
    return content[place + 4 : place + 4 + count]
