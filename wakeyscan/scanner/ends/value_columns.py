"""Columns: the name of a value by its place in a record of a table or of an INSERT."""

from __future__ import annotations

from wakeyscan.core.lazy import lazy_pattern
from wakeyscan.core.typing import NamedTuple
from wakeyscan.scanner.ends.file_kinds import is_table
from wakeyscan.scanner.ends.value_names import is_argument, may_be_same_name, may_have_same_name

_MAX_HEADER = 1 << 12
"""Bytes of the first line of a table that are read."""
_MAX_STATEMENT = 1 << 12
"""Bytes before a secret in which the statement that inserts it begins."""
_MAX_NAMES = 256
"""Bytes before a secret in which its names are."""
_MAX_RECORD = 1 << 10
"""Bytes before a value in which its record begins."""
_SEPARATOR = lazy_pattern(rb"[,;\t|]")
_INSERT = lazy_pattern(rb"\(([^()]{1,2000})\)\s*\Z")
"""The columns of an INSERT, up to its values."""
_LITERAL = lazy_pattern(rb"'(?:[^'\\]|\\.|'')*'")
_CELL = lazy_pattern(rb'"(?:[^"]|"")*"')
_QUOTES = b" \t\r\n\"'`[]"


class Columns(NamedTuple):
    """The names of the columns of records."""

    names: tuple[bytes, ...]
    is_in_brackets: bool
    """Whether a record is in brackets, as in SQL; else it is a line."""

    def may_be_same(self, content: bytes, one: int, other: int) -> bool:
        """Return whether values at two offsets are in one column, or in two whose names go on."""
        own, number = self._find_number(content, one), self._find_number(content, other)
        if own == number:
            return True
        return max(own, number) < len(self.names) and may_be_same_name(
            self.names[own], self.names[number]
        )

    def _find_number(self, content: bytes, at: int) -> int:
        text = content[max(0, at - _MAX_RECORD) : at]
        if self.is_in_brackets:
            text = _LITERAL.sub(b"", text)
            return text.count(b",", text.rfind(b"(") + 1)
        line = _CELL.sub(b"", text[text.rfind(b"\n") + 1 :])
        return len(_SEPARATOR.findall(line))


class Names(NamedTuple):
    """What names a secret and the values near it."""

    content: bytes
    start: int
    """Offset of the secret."""
    columns: Columns | None

    def may_be_same(self, low: int, at: int) -> bool:
        """Return whether the value at an offset may have the name of the secret, or none.

        `low` is the offset of the text between both.
        """
        if self.columns:
            return self.columns.may_be_same(self.content, self.start, at)
        before = self.content[max(0, self.start - _MAX_NAMES) : self.start]
        up_to_value = self.content[low:at]
        return may_have_same_name(before, up_to_value) and not is_argument(before, up_to_value)


def read_names(content: bytes, start: int, path: str) -> Names:
    """Return the names of a secret and of the values near it.

    The path distinguishes tables, whose first line names their columns.
    """
    return Names(content, start, _read_columns(content, start, path))


def _read_columns(content: bytes, start: int, path: str) -> Columns | None:
    if is_table(path):
        stop = content.find(b"\n", 0, min(start, _MAX_HEADER))
        return _build_columns(_SEPARATOR.split(content[:stop]), False) if stop >= 0 else None
    low = max(0, start - _MAX_STATEMENT)
    at = max(content.rfind(b"VALUES", low, start), content.rfind(b"values", low, start))
    found = _INSERT.search(content[low:at]) if at >= 0 else None
    return _build_columns(found[1].split(b","), True) if found else None


def _build_columns(names: list[bytes], is_in_brackets: bool) -> Columns:
    return Columns(tuple(name.strip(_QUOTES) for name in names), is_in_brackets)
