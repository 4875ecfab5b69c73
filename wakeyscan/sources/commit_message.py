"""The message of a commit that is being made: `message:FILE`."""

from __future__ import annotations

from collections.abc import Iterator

from wakeyscan.core import small_files
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import SourceError
from wakeyscan.sources.options import SourceOptions

PARALLEL = False

_SCISSORS = b" ------------------------ >8 ------------------------"


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield the file of the message; raises `SourceError` at once."""
    try:
        small_files.read_small_file(target, small_files.MAX_DATA_SIZE)
    except OSError as error:
        raise SourceError(f"{target}: can't be read: {error.strerror}") from None
    return iter([target])


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Yield the message down to the scissors: below them `git commit -v` shows the change."""
    content = small_files.read_small_file(unit, small_files.MAX_DATA_SIZE)
    yield Document(Origin("(commit message)", part="message"), _above_scissors(content))


def _above_scissors(content: bytes) -> bytes:
    """Cut where git does: comments follow its scissors, while a line that a person typed stays."""
    at = content.find(_SCISSORS)
    while at >= 0:
        start = content.rfind(b"\n", 0, at) + 1
        mark, below = content[start:at], content[at:].partition(b"\n")[2]
        if mark and below.startswith(mark):
            return content[:start]
        at = content.find(_SCISSORS, at + 1)
    return content
