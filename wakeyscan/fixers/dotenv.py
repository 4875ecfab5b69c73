"""Fixer for `.env` files: the key moves to a file that git ignores.

A file that git neither tracks nor ignores becomes an ignored one. The line of a tracked file moves
to a private file in the same folder, such as `.env.local`, which frameworks read after it.
"""

from __future__ import annotations

import os
import re

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


def parses(content: bytes) -> bool:
    """Return whether a content is text; every line of text is valid."""
    return b"\0" not in content


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits of a file, and the lines of its related files."""
    start, end = _find_line(source.content, leak)
    line = source.content[start:end]
    assignment = _LINE.match(line)
    if line.lstrip().startswith(b"#"):
        return replace_in_prose(leak)
    if assignment is None:
        raise NotFixable("its line is not an assignment")
    if _SAMPLES.search(source.name.lower()):
        return Fix((Edit(start + assignment.end(), end, b""),))
    if source.is_ignored(source.path):
        raise NotFixable("git ignores this file, so it is the right place for the key")
    if not source.is_in_repository:
        raise NotFixable("it is in no repository, so no commit can pick it up; keep it private")
    folder = source.path[: -len(source.name)]
    example = (f"{folder}.env.example", assignment["name"] + b"=")
    if not source.is_tracked(source.path):
        added = ((f"{folder}.gitignore", _anchor(source.name)), example)
        return Fix((), added=added, own_name=assignment["name"].decode())
    return _move(source, folder, (start, end), assignment["name"], example)


def _move(
    source: Source,
    folder: str,
    span: tuple[int, int],
    name: bytes,
    example: tuple[str, bytes],
) -> Fix:
    """Return the fix for a tracked file: its line moves to an ignored file."""
    private = f"{source.name}.local"
    if source.name.endswith(".local") or source.is_tracked(folder + private):
        raise NotFixable(
            f"git tracks {source.name}: run git rm --cached {source.name}, and fix it again"
        )
    comment = b"# %b is in %b, which git ignores" % (name, os.fsencode(private))
    note = f"{source.path}: load {private} too, or set {name.decode()} where the program runs"
    added = [example]
    if not source.is_ignored(folder + private):
        added.append((f"{folder}.gitignore", _anchor(private)))
    line = source.content[slice(*span)]
    moved = ((folder + private, line),)
    return Fix((Edit(*span, comment),), (note,), moved, tuple(added), name.decode())


def _anchor(name: str) -> bytes:
    """Return the pattern of a file in its own folder; its name may not be UTF-8."""
    return b"/" + os.fsencode(name)


def _find_line(content: bytes, leak: Leak) -> tuple[int, int]:
    check_is_whole(leak)
    start = max(content.rfind(b"\n", 0, leak.start), content.rfind(b"\r", 0, leak.start)) + 1
    end = re.compile(rb"[\r\n]|\Z").search(content, leak.end)
    return start, end.start() if end else len(content)
