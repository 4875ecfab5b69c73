"""Standard input: `-`."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from wakeyscan.core.chunks import read_chunks
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.sources.options import SourceOptions

PARALLEL = False

NAME = "<stdin>"


def list_units(target: str, options: SourceOptions) -> Iterator[str]:
    """Yield the one unit, standard input."""
    yield NAME


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Read standard input to its end, in chunks."""
    if sys.stdin is None:
        raise SourceError("-: standard input is closed; redirect a file or a pipe to it")
    yield from read_chunks(Origin(NAME), sys.stdin.buffer.read, options.max_file_size)
