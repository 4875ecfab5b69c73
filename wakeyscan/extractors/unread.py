"""Formats that are recognized but not opened, such as RAR, LZ4, ORC and HDF5.

Of ORC, HDF5 and Feather version 1, the bytes are scanned, and only compressed parts are opaque. The
libraries that read RAR are not free, or run another program; the others are rare in repositories.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import CUT, DAMAGED, ExtractionError, Member, OpaqueContent

if TYPE_CHECKING:
    from typing import BinaryIO

_ORC_MAGIC = b"ORC"
_FEATHER_MAGIC = b"FEA1"
_MAX_POSTSCRIPT = 256
_ORC_CODECS = ("", "zlib", "Snappy", "LZO", "LZ4", "Zstandard", "Brotli")
_CODEC_FIELD = 2
_VARINT, _BYTES = 0, 2

_HDF5_FILTERS = re.compile(
    rb"\x0b\0[\0-\xff]{2}[\0-\x1f]\0{3}(?:\x01[\x01-\x20]\0{6}|\x02[\x01-\x20])(?!\0\0)"
    rb"|\x0b[\0-\xff]{2}[\0-\x1f](?:[\0-\xff]{2})?\x02[\x01-\x20]"
    rb"(?:[\x01-\x06]\0|[\0-\xff][\x7d-\x7f])"
)
"""A message of an object that says how its data is filtered (HDF5 specification, IV.A.2.l).

It follows a header of version 1 or 2. Other bytes may look like it: such a file counts as opaque.
"""
_STEP, _OVERLAP = 1 << 20, 64


class UnreadFormat(NamedTuple):
    """An extractor that checks whether a file has parts that only its library can read."""

    check: Callable[[BinaryIO, ExtractionBudget], None]
    SEEKS: bool = True

    def open(self, file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
        """Yield nothing; raise `OpaqueContent` if the file has such parts."""
        self.check(file, budget)
        yield from ()


def _refuse(file: BinaryIO, budget: ExtractionBudget) -> None:
    raise OpaqueContent("this format is not supported; unpack it and scan the result")


def _check_orc(file: BinaryIO, budget: ExtractionBudget) -> None:
    """Check the codec in the postscript, which is at the end (ORC specification v1)."""
    size = file.seek(0, 2)
    file.seek(max(0, size - _MAX_POSTSCRIPT))
    tail = file.read(_MAX_POSTSCRIPT)
    postscript = tail[-1 - tail[-1] : -1]
    if not postscript.endswith(_ORC_MAGIC):
        raise ExtractionError(CUT)
    codec = dict(_parse_numbers(postscript)).get(_CODEC_FIELD, 0)
    if codec >= len(_ORC_CODECS):
        raise ExtractionError(f"{DAMAGED} (its postscript)")
    if codec:
        raise OpaqueContent(f"compressed with {_ORC_CODECS[codec]}: only its bytes were scanned")


def _parse_numbers(message: bytes) -> Iterator[tuple[int, int]]:
    """Yield the numbers of a message of Protocol Buffers, by field."""
    at = 0
    while at < len(message):
        tag, at = _read_varint(message, at)
        value, at = _read_varint(message, at)
        if tag & 7 == _BYTES:
            at += value
        elif tag & 7 == _VARINT:
            yield tag >> 3, value
        else:
            return


def _read_varint(message: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while at < len(message):
        number |= (message[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if message[at - 1] < 0x80:
            break
    return number, at


def _check_hdf5(file: BinaryIO, budget: ExtractionBudget) -> None:
    file.seek(0)
    before = b""
    while piece := file.read(_STEP):
        if _HDF5_FILTERS.search(before + piece):
            raise OpaqueContent("may have compressed parts: only its bytes were scanned")
        before = piece[-_OVERLAP:]
        budget.check_time()


def _check_feather(file: BinaryIO, budget: ExtractionBudget) -> None:
    file.seek(max(0, file.seek(0, 2) - len(_FEATHER_MAGIC)))
    if file.read(len(_FEATHER_MAGIC)) != _FEATHER_MAGIC:
        raise ExtractionError(CUT)
    raise OpaqueContent("Feather of version 1: only its bytes were scanned")


UNSUPPORTED_FORMAT = UnreadFormat(_refuse, SEEKS=False)
ORC_FORMAT = UnreadFormat(_check_orc)
HDF5_FORMAT = UnreadFormat(_check_hdf5)
FEATHER_FORMAT = UnreadFormat(_check_feather)
