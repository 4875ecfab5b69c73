"""Formats that are recognized by their first bytes but not opened: RAR.

The libraries that read it are not free, or run another program.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from wakeyscan.extractors.extractor import ExtractionBudget, Member, OpaqueContent

SEEKS = False


def open(file: BinaryIO, budget: ExtractionBudget) -> Iterator[Member]:
    """Raise `OpaqueContent`, so that the report lists the file."""
    raise OpaqueContent("this format is not supported; unpack it and scan the result")
