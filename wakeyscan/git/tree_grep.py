"""Searches of the files in one commit, by git, within limits of time and output."""

from __future__ import annotations

import time
from collections.abc import Iterable

from wakeyscan.core.errors import GitError
from wakeyscan.core.typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

_MAX_SECONDS = 5
"""Seconds of a search. A commit of a few kilobytes can name billions of files."""

_MAX_BYTES = 4 << 20
"""Bytes of output."""

_GREP = ("grep", "--no-textconv", "--no-recurse-submodules", "--no-color", "-I", "-z", "-o")


class SearchLimitError(GitError):
    """A search takes too long, or finds too much."""


def find_texts(commit: str, pattern: str, git: Git, paths: Iterable[str] = ()) -> bytes:
    """Return all matches of an extended regular expression, one per line; raise `GitError`."""
    return _run("-h", "-E", "-e", pattern, commit, "--", *paths, git=git)


def find_words(commit: str, words: Iterable[str], git: Git) -> dict[str, list[str]]:
    """Return the paths of the files that have each of these words; raise `GitError`."""
    patterns = [argument for word in words for argument in ("-e", word)]
    output = _run("-w", "-F", *patterns, commit, "--", git=git)
    found: dict[str, list[str]] = {}
    for line in sorted({*output.splitlines()}):
        place, _, word = line.decode("utf-8", "surrogateescape").partition("\0")
        found.setdefault(word, []).append(place.removeprefix(f"{commit}:"))
    return found


def _run(*arguments: str, git: Git) -> bytes:
    output, size, end = [], 0, time.monotonic() + _MAX_SECONDS

    def check_limits() -> None:
        if size > _MAX_BYTES or time.monotonic() > end:
            raise SearchLimitError(f"a search of the files in {git.name} was stopped")

    pieces = git.run_in_pieces(
        *_GREP, *arguments, stdin=b"", on_silence=check_limits, allowed_codes=(0, 1)
    )
    for piece in pieces:
        output.append(piece)
        size += len(piece)
        check_limits()
    return b"".join(output)
