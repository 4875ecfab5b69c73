"""Parser of JSON that keeps offsets; comments and trailing commas are allowed, as editors do."""

from __future__ import annotations

import json
import re

from wakeyscan.core.typing import NamedTuple

_SPACE = re.compile(r"(?:[ \t\r\n\ufeff]|//[^\n]*|/\*.*?\*/)*+", re.DOTALL)
_STRING = re.compile(r'"(?:[^"\\\n]|\\.)*+"')
_LITERAL = re.compile(r"true|false|null|-?\d[\d.eE+-]*")
_MAX_DEPTH = 100

Scalar = str | int | float | bool | None


class Item(NamedTuple):
    """A member of an object, or an item of a list."""

    name: str
    """Empty for an item of a list."""
    start: int
    """Offset of the name, or of the value in a list."""
    node: Node


class Node(NamedTuple):
    """A value and its half-open range in the text."""

    kind: str
    """`{`, `[`, or empty for a scalar."""
    start: int
    end: int
    items: tuple[Item, ...] = ()
    scalar: Scalar = None

    def find(self, name: str) -> Node | None:
        """Return the value of a member; of two with this name the last one, as in JSON parsers."""
        return next((item.node for item in reversed(self.items) if item.name == name), None)

    def build_value(self) -> object:
        """Return the value as the `json` module does."""
        if self.kind == "{":
            return {item.name: item.node.build_value() for item in self.items}
        if self.kind == "[":
            return [item.node.build_value() for item in self.items]
        return self.scalar


def parse_json(text: str) -> Node:
    """Return the value of a text; raise `ValueError` with the line of the first error."""
    parser = _Parser(text)
    try:
        node = parser.parse_value(_skip(text, 0), 0)
        if _skip(text, node.end) != len(text):
            raise _SyntaxFault(node.end)
    except _SyntaxFault as fault:
        line = text.count("\n", 0, _skip(text, fault.offset)) + 1
        raise ValueError(f"line {line} is not valid JSON") from None
    return node


class _SyntaxFault(Exception):
    def __init__(self, offset: int) -> None:
        super().__init__()
        self.offset = offset


class _Parser(NamedTuple):
    text: str

    def parse_value(self, at: int, depth: int) -> Node:
        if depth > _MAX_DEPTH:
            raise _SyntaxFault(at)
        kind = self.text[at : at + 1]
        if kind in ("{", "["):
            return self._parse_container(kind, at, depth)
        match = _STRING.match(self.text, at) or _LITERAL.match(self.text, at)
        if match is None:
            raise _SyntaxFault(at)
        try:
            scalar: Scalar = json.loads(match[0], strict=False)
        except ValueError:
            raise _SyntaxFault(at) from None
        return Node("", at, match.end(), scalar=scalar)

    def _parse_container(self, kind: str, start: int, depth: int) -> Node:
        closer = "}" if kind == "{" else "]"
        items: list[Item] = []
        at = _skip(self.text, start + 1)
        while self.text[at : at + 1] != closer:
            item = self._parse_item(kind, at, depth)
            items.append(item)
            at = _skip(self.text, item.node.end)
            if self.text[at : at + 1] == ",":
                at = _skip(self.text, at + 1)
            elif self.text[at : at + 1] != closer:
                raise _SyntaxFault(at)
        return Node(kind, start, at + 1, tuple(items))

    def _parse_item(self, kind: str, at: int, depth: int) -> Item:
        if kind == "[":
            return Item("", at, self.parse_value(at, depth + 1))
        name = _STRING.match(self.text, at)
        colon = _skip(self.text, name.end()) if name else at
        if name is None or self.text[colon : colon + 1] != ":":
            raise _SyntaxFault(at)
        node = self.parse_value(_skip(self.text, colon + 1), depth + 1)
        return Item(str(json.loads(name[0], strict=False)), at, node)


def _skip(text: str, at: int) -> int:
    """Return the offset after blanks and comments."""
    match = _SPACE.match(text, at)
    return match.end() if match else at
