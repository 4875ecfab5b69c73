"""bzip2, of several streams one behind the other too."""

from __future__ import annotations

from bz2 import BZ2Decompressor
from collections.abc import Iterator
from typing import BinaryIO

from wakeyscan.extractors._stream import Stream
from wakeyscan.extractors.extractor import ExtractionBudget, Member

SEEKS = False


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield what was compressed; its name is that of the file."""
    yield Member("", Stream(file.read, BZ2Decompressor, (OSError,), budget, (b"BZh",)).read)
