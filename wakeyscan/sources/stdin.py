"""Standard input: `-`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from wakeyscan.core.chunks import read_chunks
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import SourceError
from wakeyscan.sources.options import SourceOptions

PARALLEL = False
"""Whether units can be opened in any process."""

NAME = "<stdin>"


def list_units(target: str, options: SourceOptions) -> Iterator[str]:
    """Yield the one thing there is to open."""
    yield NAME


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Read standard input to its end, window by window."""
    if sys.stdin is None:
        raise SourceError("standard input is closed, so there is nothing to read for '-'")
    yield from read_chunks(Origin(NAME), sys.stdin.buffer.read, options.max_file_size)
