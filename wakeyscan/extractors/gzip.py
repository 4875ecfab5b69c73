"""gzip (RFC 1952), of several streams one behind the other too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from wakeyscan.core.inflate import GZIP, INFLATE_ERRORS, Inflater
from wakeyscan.extractors._stream import Stream
from wakeyscan.extractors.extractor import ExtractionBudget, Member

SEEKS = False


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield what was compressed; its name is that of the file."""
    stream = Stream(
        file.read, lambda: Inflater(GZIP), INFLATE_ERRORS, budget, (b"\x1f\x8b",), weak=True
    )
    yield Member("", stream.read)
