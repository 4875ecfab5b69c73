"""Searches of the files in one commit, by git."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wakeyscan.git.command import Git

_GREP = ("grep", "--no-textconv", "--no-recurse-submodules", "--no-color", "-I", "-z", "-o")


def find_texts(commit: str, pattern: str, git: Git, paths: Iterable[str] = ()) -> bytes:
    """Return all matches of an extended regular expression, one per line; raise `GitError`."""
    arguments = (*_GREP, "-h", "-E", "-e", pattern, commit, "--", *paths)
    return git.run(*arguments, allowed_codes=(0, 1))


def find_words(commit: str, words: Iterable[str], git: Git) -> dict[str, list[str]]:
    """Return the paths of the files that have each of these words; raise `GitError`."""
    patterns = [argument for word in words for argument in ("-e", word)]
    output = git.run(*_GREP, "-w", "-F", *patterns, commit, "--", allowed_codes=(0, 1))
    found: dict[str, list[str]] = {}
    for line in sorted({*output.splitlines()}):
        place, _, word = line.decode("utf-8", "surrogateescape").partition("\0")
        found.setdefault(word, []).append(place.removeprefix(f"{commit}:"))
    return found
