"""Keys that continue on the next line: folded values, quoted mail, wrapped logs, source lines.

LDIF, vCard, iCalendar and MANIFEST.MF fold lines at any byte, and mark the next line with a blank.
COBOL, Fortran and batch files mark lines that continue. Containers write long log lines in parts.
Terminals and mail programs only break lines: then the rest of a key must look random.
"""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.decoders._folds import GAP, GAP_START, Folds
from wakeyscan.decoders._gaps import GapFormat
from wakeyscan.decoders._joined_text import join_keys
from wakeyscan.decoders.decoder import DecodedText, FoundAnchors
from wakeyscan.decoders.split_prefix import HEAD, PREFIX, TAIL

NAME = "folded"


def encoded_anchors(anchor: bytes, exact_case: bool) -> Iterator[bytes]:
    """Yield the parts of the key prefix, one of which is whole wherever a line end cuts it."""
    if anchor == PREFIX:
        yield from (HEAD, TAIL)


def encode(anchor: bytes) -> Iterator[bytes]:
    """Yield nothing: an encoding around the text is decoded first if the anchor shows in it."""
    yield from ()


def encode_again(text: bytes) -> Iterator[bytes]:
    """Yield nothing: escaped text that is folded inside its anchor is not decoded."""
    yield from ()


def decode(content: bytes, found: FoundAnchors) -> Iterator[DecodedText]:
    """Yield the text around each key that continues on the next line, without the line ends."""
    folds = Folds(content)
    yield from join_keys(content, found, GapFormat(GAP_START, GAP, folds.read_gap, folds.find_end))
