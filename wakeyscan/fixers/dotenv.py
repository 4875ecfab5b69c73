"""Fixer for `.env` files: the key moves to a file that git ignores.

A file that git neither tracks nor ignores becomes an ignored one. The line of a tracked file moves
to a private file in the same folder, such as `.env.local`, which frameworks read after it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from functools import lru_cache

from wakeyscan.fixers.fixer import (
    Edit,
    Fix,
    Leak,
    NotFixable,
    Source,
    check_is_whole,
    replace_in_prose,
)

_SAMPLES = re.compile(r"(?:^|[._-])(?:example|sample|template|dist|defaults?)(?:$|[._-])")
_LINE = re.compile(rb"[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*")
_VALUE = re.compile(rb"\"([^\"]*)\"|'([^']*)'|([^\r\n]*?)[ \t]*(?:[ \t]#.*)?$")
_ASSIGNED = re.compile(rb"[ \t][A-Za-z_]\w*=")
_FIRST_WORD = re.compile(rb"\A\w+")
_QUOTES = (b'"', b"'", b"`")


def parses(content: bytes) -> bool:
    """Return whether a content is text; every line of text is valid."""
    return b"\0" not in content


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits of a file, and the lines of its related files."""
    start, end = _find_line(source.content, leak)
    line = source.content[start:end]
    _refuse_long_value(source.content, start, end)
    assignment = _LINE.match(line)
    if line.lstrip().startswith(b"#"):
        return replace_in_prose(leak)
    if assignment is None:
        raise NotFixable("its line is not an assignment")
    if not line.startswith(_QUOTES, assignment.end()) and _ASSIGNED.search(line, assignment.end()):
        raise NotFixable("its line has several assignments; write one per line first")
    if is_sample(source.name):
        return Fix((Edit(start + assignment.end(), end, b""),))
    if source.is_ignored(source.path):
        raise NotFixable("git ignores this file, so it is the right place for the key")
    if not source.is_in_repository:
        raise NotFixable("it is in no repository, so no commit can pick it up; keep it private")
    folder = source.path[: -len(source.name)]
    if not source.is_tracked(source.path):
        example = _build_example(folder, assignment["name"])
        added = ((f"{folder}.gitignore", _anchor(source.name)), example)
        return Fix((), added=added, own_name=assignment["name"].decode())
    return _move(source, folder, (start, end), assignment["name"], leak)


def is_sample(name: str) -> bool:
    """Return whether a file shows variables, but sets none."""
    return _SAMPLES.search(name.lower()) is not None


def _move(
    source: Source,
    folder: str,
    span: tuple[int, int],
    name: bytes,
    leak: Leak,
) -> Fix:
    """Return the fix for a tracked file: its line moves to an ignored file."""
    private = f"{source.name}.local"
    if source.name.endswith(".local") or source.is_tracked(folder + private):
        raise NotFixable(
            f"git tracks {source.name}: run git rm --cached {source.name}, and fix it again"
        )
    if any(sets_otherwise(text, name, leak) for text in source.neighbors(private)):
        raise NotFixable(
            f"{private} gives {name.decode()} another value; if that is right, delete this line"
        )
    _refuse_uses(source.content, span, name)
    comment = b"# %b is in %b, which git ignores" % (name, os.fsencode(private))
    note = f"{source.path}: load {private} too, or set {name.decode()} where the program runs"
    added = [_build_example(folder, name)]
    if not source.is_ignored(folder + private):
        added.append((f"{folder}.gitignore", _anchor(private)))
    line = source.content[slice(*span)]
    moved = ((folder + private, line),)
    return Fix((Edit(*span, comment),), (note,), moved, tuple(added), name.decode())


def _refuse_uses(content: bytes, span: tuple[int, int], name: bytes) -> None:
    """Raise `NotFixable` if a line that stays expands the variable of one that would move."""
    if _FIRST_WORD.findall(name)[0] not in _list_expanded(content):  # as nearly all
        return
    pattern = rb"(?m)^[ \t]*[^#\s][^\r\n]*\$(?:%b\b|\{%b\b)" % (re.escape(name), re.escape(name))
    start, end = span
    if re.search(pattern, content[:start]) or re.search(pattern, content[end:]):
        raise NotFixable(f"another line uses ${name.decode()}; move both by hand")


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_expanded(content: bytes) -> frozenset[bytes]:
    """Return the word after each dollar sign; the name of a variable may have more than a word."""
    return frozenset(re.findall(rb"\$\{?(\w*)", content))


def _build_example(folder: str, name: bytes) -> tuple[str, bytes]:
    return f"{folder}.env.example", name + b"="


def sets_otherwise(content: bytes, name: bytes, leak: Leak) -> bool:
    """Return whether a file of variables gives a name another value than the key."""
    for assignment in map(_LINE.match, content.splitlines()):
        if assignment and assignment["name"] == name:
            value = _VALUE.match(assignment.string, assignment.end())
            text = b"".join(value.groups(b"")) if value else b""
            if text and not leak.is_text(text):
                return True
    return False


def _refuse_long_value(content: bytes, start: int, end: int) -> None:
    """Raise `NotFixable` if a line is a part of a value, whose other lines would stay."""
    if any(first <= start < last for first, last in _list_long_values(content)):
        raise NotFixable("it is in a value of several lines; move the whole value by hand")
    before = content[:start].rstrip(b"\r\n").rpartition(b"\n")[2]
    is_joined = before.endswith(b"\\") and not before.lstrip().startswith(b"#")
    if is_joined or content[start:end].endswith(b"\\"):
        raise NotFixable("its line goes on after a backslash; join the lines first")


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_long_values(content: bytes) -> tuple[tuple[int, int], ...]:
    """Return the offsets of assignments whose quotes close on a later line."""
    return tuple(_find_long_values(content))


def _find_long_values(content: bytes) -> Iterator[tuple[int, int]]:
    at = 0
    for line in re.finditer(rb"[^\r\n]+", content):
        assignment = _LINE.match(content, line.start()) if line.start() >= at else None
        quote = content[assignment.end() : assignment.end() + 1] if assignment else b""
        if assignment and quote in _QUOTES:
            at = content.find(quote, assignment.end() + 1)
            if at > line.end():
                yield line.start(), at


def _anchor(name: str) -> bytes:
    """Return the pattern of a file in its own folder; its name may not be UTF-8."""
    return b"/" + os.fsencode(name)


def _find_line(content: bytes, leak: Leak) -> tuple[int, int]:
    check_is_whole(leak)
    start = max(content.rfind(b"\n", 0, leak.start), content.rfind(b"\r", 0, leak.start)) + 1
    end = re.compile(rb"[\r\n]|\Z").search(content, leak.end)
    return start, end.start() if end else len(content)
