"""7-Zip: opened by py7zr in a separate process, if the extra `archives` is installed.

The directory is at the end of the file, and its place in the first 32 bytes.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from importlib.util import find_spec

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.extractors.budget import ExtractionBudget
from wakeyscan.extractors.extractor import CUT, ExtractionError, Member, OpaqueContent
from wakeyscan.extractors.isolated.process import read_isolated

if TYPE_CHECKING:
    from typing import BinaryIO

SEEKS = True

_HEADER = struct.Struct("<6s2sI20s")
"""The signature, the version, the checksum of the place, and the place of the directory."""
_PLACE = struct.Struct("<2QI")
"""Offset after this header, size and checksum of the directory."""

_MISSING = "not opened; pip install 'wakeyscan[archives]' to have it opened, or unpack it"


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield the files of the archive; raise `OpaqueContent` without the extra."""
    _check_size(file)
    if not find_spec("py7zr"):
        raise OpaqueContent(_MISSING)
    yield from read_isolated("sevenzip", file, budget)


def _check_size(file: BinaryIO) -> None:
    """Raise `ExtractionError` if the file ends before its directory, which is at its end."""
    file.seek(0)
    header, size = file.read(_HEADER.size), file.seek(0, 2)
    if len(header) < _HEADER.size:
        raise ExtractionError(CUT)
    *_, checksum, place = _HEADER.unpack(header)
    offset, directory_size, _ = _PLACE.unpack(place)
    if zlib.crc32(place) != checksum:
        raise ExtractionError("damaged: the checksum of its header is wrong")
    if _HEADER.size + offset + directory_size > size:
        raise ExtractionError(CUT)
