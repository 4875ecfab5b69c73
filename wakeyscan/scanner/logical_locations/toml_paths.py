"""Key paths of offsets in a TOML text, by its lines: the standard library reports no offsets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.scanner.logical_locations.key_path import KeyPath, Step, Value

_PART = rb"""(?:[\w-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')"""
_NAME = rb"%b(?:[ \t]*\.[ \t]*%b)*" % (_PART, _PART)
_TABLE = lazy_pattern(rb"^[ \t]*(\[\[?)[ \t]*(%b)[ \t]*\]" % _NAME)
_MEMBER = lazy_pattern(rb"(?:^|[{,])[ \t]*(%b)[ \t]*=(?!=)" % _NAME)
_ITEM = lazy_pattern(rb""""(?:[^"\\\n]|\\.)*"|'[^'\n]*'""")
_MAX_LINES = 20_000


def parse_toml_paths(content: bytes, offsets: Sequence[int]) -> list[KeyPath | None]:
    """Return the path of each offset, `None` far down in a large file; offsets must ascend."""
    paths: list[KeyPath | None] = []
    for before, line, start, table, item in _list_lines(content):
        while len(paths) < len(offsets) and offsets[len(paths)] < start + len(line) + 1:
            column = max(0, offsets[len(paths)] - start)
            paths.append(_build_path(table, item, before, line, column))
    return paths + [None] * (len(offsets) - len(paths))


_Line = tuple[tuple[Step, ...], bytes, int, tuple[Step, ...], dict[str, Value]]


def _list_lines(content: bytes) -> Iterator[_Line]:
    """Yield each line with the last member before it, its start, its table, and its values."""
    table: tuple[Step, ...] = ()
    item: dict[str, Value] = {}
    member: tuple[Step, ...] = ()
    start = 0
    for line in content.split(b"\n", _MAX_LINES)[:_MAX_LINES]:
        if header := _TABLE.match(line):
            table, item, member = _split(header[2]), {}, ()
            if header[1] == b"[[":
                table = (*table, 0)
        yield member, line, start, table, item
        found = None if header else _MEMBER.match(line)
        if found:
            member = _split(found[1])
            if value := _ITEM.match(line[found.end() :].lstrip()):
                item[str(member[0])] = _unquote(value[0])
        start += len(line) + 1


def _build_path(
    table: tuple[Step, ...],
    item: dict[str, Value],
    before: tuple[Step, ...],
    line: bytes,
    column: int,
) -> KeyPath:
    """Return the path of a column: a member of an inline table is below that of the line."""
    found = [match for match in _MEMBER.finditer(line) if match.end() <= column]
    if found and found[0].start() == 0:
        names = [name for match in (found[0], *found[1:][-1:]) for name in _split(match[1])]
    else:
        names = [*before, *(name for match in found[-1:] for name in _split(match[1]))]
    steps: tuple[Step, ...] = (*table, *names)
    values: list[Value] = [None] * len(steps)
    if 0 in table:
        values[len(table) - 1] = [item]
        values[len(table) : len(table) + 1] = [item][: len(names)]
    return KeyPath(tuple(values), steps)


def _split(name: bytes) -> tuple[Step, ...]:
    return tuple(_unquote(part) for part in re.findall(_PART, name))


def _unquote(text: bytes) -> str:
    return text.decode("utf-8", "replace").strip("\"'")
