"""A zlib stream (RFC 1950): a loose object of git, a cookie, what `zlib.compress` leaves in a file.

Two bytes are all it begins with, so `container` has inflated its beginning before it is one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from wakeyscan.core.inflate import INFLATE_ERRORS, ZLIB, Inflater
from wakeyscan.extractors._stream import Stream
from wakeyscan.extractors.extractor import ExtractionBudget, Member

SEEKS = False


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield what was compressed; its name is that of the file."""
    yield Member(
        "", Stream(file.read, lambda: Inflater(ZLIB), INFLATE_ERRORS, budget, weak=True).read
    )
