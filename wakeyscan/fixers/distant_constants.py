"""Constants that other files need at compile time, where no look-up may take their place.

The patterns may find too much. That only leaves a key alone, with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers.fixer import NotFixable

if TYPE_CHECKING:
    from wakeyscan.fixers.fixer import Source

_ANNOTATION = rb"@[\w.:]+\s*\(((?:[^()]|\([^()]*\))*)"
_LABEL = rb"\bcase\b([^:;{}\n]{0,500})(?::|->|=>)"
_NEEDED = {
    ".java": (_ANNOTATION, _LABEL),
    ".kt": (_ANNOTATION, rb"\bconst\s+val\s[^=\n]*=\s*([^\n]*)"),
    ".cs": (
        rb"\[\s*(?:\w+\s*:\s*)?[A-Z][\w.]*\s*\(([^\[\]]{0,500})\)\s*[,\]]",
        _LABEL,
        rb"\b\w+\.(\w+)\s*=>",
        rb"\b\w+\s+\w+\s*=([\s\w.]{1,500})[,)]",
        rb"\bconst\s[^=;]*=([^;]*)",
    ),
    ".go": (
        rb"(?m)^const\s+[^=(\n]*=([^\n]*)",
        rb"(?m)^const\s*\(((?:[^()]|\([^()]*\))*)",
    ),
}
"""What must be constant: annotations, labels, arms of a switch, defaults, other constants."""

_FINAL = re.compile(rb"\b(?:static\s+final|final\s+static)\b[^=;]{0,200}?(\w+)\s*=([^;]*)")
"""A field of Java, which is a constant if something needs that."""

_NAME = re.compile(rb"(?m)^\s*\w+(?:\s+[\w.]+)?\s*=|^\s*\w+\s*$")
"""What a line of a group of Go declares."""

_WORD = re.compile(rb"[A-Za-z_]\w*")


_Files = tuple[tuple[str, tuple[tuple[str, bytes], ...]], ...]
"""Endings, each with its files: their paths and contents."""


class _Uses(NamedTuple):
    """What a file uses."""

    needed: frozenset[bytes]
    """Words in places that must be constant."""
    fields: tuple[tuple[bytes, frozenset[bytes]], ...]
    """Fields of Java, with the words in their values."""


def refuse_needed(source: Source, names: Iterable[bytes], endings: Iterable[str]) -> None:
    """Raise `NotFixable` if another file of the project needs a constant at compile time."""
    files = tuple((ending, tuple(source.read_project(ending))) for ending in endings)
    if found := _find_use(frozenset(names), files, source.path):
        path, name = found
        raise NotFixable(
            f"{path} uses {name.decode()} where it must be a constant; "
            "read the variable there first"
        )


@lru_cache(maxsize=1)  # for all leaks of a group of constants
def _find_use(names: frozenset[bytes], files: _Files, own: str) -> tuple[str, bytes] | None:
    """Return a file that needs one of some constants, or of those that they are parts of."""
    known, pending = {*names}, sorted(names)
    while pending:
        name = pending.pop()
        for path, uses in _list_uses(files, name):
            if name in uses.needed and path != own:
                return path, name
            added = [field for field, words in uses.fields if name in words and field not in known]
            known.update(added)
            pending += added
    return None


def _list_uses(files: _Files, name: bytes) -> Iterator[tuple[str, _Uses]]:
    """Yield the files that have a name, with what they use."""
    for ending, texts in files:
        yield from ((path, _read_uses(text, ending)) for path, text in texts if name in text)


@lru_cache(maxsize=256)  # for all leaks of a run
def _read_uses(text: bytes, ending: str) -> _Uses:
    needed = [found for pattern in _NEEDED[ending] for found in re.findall(pattern, text)]
    needed = [_NAME.sub(b"", one) for one in needed] if ending == ".go" else needed
    fields = _FINAL.findall(text) if ending == ".java" else []
    return _Uses(
        frozenset(word for one in needed for word in _WORD.findall(one)),
        tuple((name, frozenset(_WORD.findall(value))) for name, value in fields),
    )
