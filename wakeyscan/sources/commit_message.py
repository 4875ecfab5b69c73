"""The message of a commit in progress, and its author: `message:FILE`."""

from __future__ import annotations

import os
from collections.abc import Iterator

from wakeyscan.core import small_files
from wakeyscan.core.document import Document, Origin, Skipped
from wakeyscan.core.errors import SourceError
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.sources.options import SourceOptions

PARALLEL = False

_SCISSORS = b" ------------------------ >8 ------------------------"


def list_units(target: str, options: SourceOptions) -> Iterator[str | Skipped]:
    """Yield the message file; raise `SourceError` at once if it cannot be read."""
    try:
        small_files.read_small_file(target, small_files.MAX_DATA_SIZE)
    except OSError as error:
        raise SourceError(f"{target}: cannot be read: {error.strerror}") from None
    return iter([target])


def read_documents(unit: str, options: SourceOptions) -> Iterator[Document | Skipped]:
    """Yield the message above the scissors line; `git commit -v` shows the diff below it.

    The header of the commit precedes it, as far as it is known.
    """
    if header := _read_header():
        yield Document(Origin("(commit header)", part="message"), header)
    content = small_files.read_small_file(unit, small_files.MAX_DATA_SIZE)
    yield Document(Origin("(commit message)", part="message"), cut_at_scissors(content))


def _read_header() -> bytes:
    """Return the names and addresses that git has set for its hooks, or a user for git.

    git sets those of the author. The committer of its configuration is scanned before a push: to
    read it here would take another process at every commit.
    """
    lines = (
        f"{role.lower()} {os.environ.get(f'GIT_{role}_NAME', '')} <{email}>\n"
        for role in ("AUTHOR", "COMMITTER")
        if (email := os.environ.get(f"GIT_{role}_EMAIL", "")) or f"GIT_{role}_NAME" in os.environ
    )
    return os.fsencode("".join(lines))


def cut_at_scissors(content: bytes) -> bytes:
    """Cut a message where git cuts it.

    Lines after git's scissors start with the same comment character. A scissors line that a person
    typed has other text below it, and stays.
    """
    at = content.find(_SCISSORS)
    while at >= 0:
        start = content.rfind(b"\n", 0, at) + 1
        comment_prefix, below = content[start:at], content[at:].partition(b"\n")[2]
        if comment_prefix and below.startswith(comment_prefix):
            return content[:start]
        at = content.find(_SCISSORS, at + 1)
    return content
