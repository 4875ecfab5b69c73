"""xz (the .xz file format), of several streams one behind the other too."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from lzma import FORMAT_XZ, LZMADecompressor, LZMAError
from typing import BinaryIO

from wakeyscan.extractors._stream import Stream
from wakeyscan.extractors.extractor import ExtractionBudget, Member
from wakeyscan.extractors.file_types import SIGNATURES

SEEKS = False


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Yield what was compressed; its name is that of the file."""
    start = partial(LZMADecompressor, FORMAT_XZ, budget.bounds.held)
    yield Member(
        "", Stream(file.read, start, (LZMAError,), budget, SIGNATURES["xz"], weak=True).read
    )
