"""Nodes of YAML with their positions, by PyYAML, and edits inside of scalars."""

from __future__ import annotations

import json
import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from itertools import accumulate

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers.fixer import Edit, Leak, NotFixable

if TYPE_CHECKING:
    import yaml
    from yaml.nodes import Node, ScalarNode
else:
    yaml = lazy_import("yaml")

_MAX_SIZE = 2 << 20
"""Bytes of a file that is parsed: PyYAML takes seconds per megabyte."""

_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9A-Fa-f]{2}\\u[dD][c-fC-F][0-9A-Fa-f]{2}|\\u[0-9A-Fa-f]{4}|\\.", re.DOTALL
)
_LETTERS = {b"n": b"\n", b"t": b"\t", b"r": b"\r", b"b": b"\b", b"f": b"\f"}
"""Escapes that JSON and YAML share, except those of single characters and of UTF-16."""


class Entry(NamedTuple):
    """A node on the way from the root of a document to a scalar."""

    node: Node
    key: ScalarNode | None
    """The key of the node, if its parent is a mapping."""


class _Place(NamedTuple):
    """An entry, and the place of the node around it."""

    entry: Entry
    outer: _Place | None


class YamlText(NamedTuple):
    """A file of YAML with its documents."""

    content: bytes
    offsets: tuple[int, ...]
    """Offset of each character."""
    documents: tuple[Node, ...]
    scalars: tuple[_Place, ...]
    """In the order of the file."""
    starts: tuple[int, ...]
    """Offset of each scalar."""

    def span(self, node: Node) -> tuple[int, int]:
        """Return the offsets of a node."""
        return self.offsets[node.start_mark.index], self.offsets[node.end_mark.index]

    def find_way(self, offset: int) -> list[Entry]:
        """Return the nodes from a document down to the scalar around an offset, or nothing."""
        number = bisect_right(self.starts, offset) - 1
        place = self.scalars[number] if number >= 0 else None
        if place is None or offset >= self.span(place.entry.node)[1]:
            return []
        way = []
        while place is not None:
            way.append(place.entry)
            place = place.outer
        return way[::-1]

    def find_key_start(self, node: Node, name: str) -> int | None:
        """Return the offset of a key of a mapping."""
        found = find_pair(node, name)
        return self.span(found[0])[0] if found else None

    def find_indent(self, offset: int) -> bytes:
        """Return the blanks that a line of the same mapping starts with."""
        start = self.content.rfind(b"\n", 0, offset) + 1
        return b" " * len(self.content[start:offset].decode())


@lru_cache(maxsize=1)  # for all leaks of a file
def read_yaml(content: bytes) -> YamlText | None:
    """Parse a file; `None` if it is not valid YAML."""
    if len(content) > _MAX_SIZE:
        raise NotFixable(f"the file is larger than {_MAX_SIZE >> 20} MiB")
    text = content.decode()
    try:
        documents = tuple(node for node in yaml.compose_all(text) if node is not None)
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    sizes = (len(character.encode()) for character in text)
    offsets = tuple(accumulate(sizes, initial=0))
    scalars = sorted(_list_scalars(documents), key=lambda one: _find_mark(one.entry.node))
    starts = tuple(offsets[_find_mark(one.entry.node)] for one in scalars)
    return YamlText(content, offsets, documents, tuple(scalars), starts)


def _find_mark(node: Node) -> int:
    """Return the number of the first character of a node."""
    return int(node.start_mark.index)


def _list_scalars(documents: Iterable[Node]) -> Iterator[_Place]:
    """Yield the scalars that have text, each where the file first has it."""
    pending = [_Place(Entry(document, None), None) for document in reversed([*documents])]
    seen = set()
    while pending:
        place = pending.pop()
        node = place.entry.node
        if node in seen:
            continue
        seen.add(node)
        if isinstance(node, yaml.ScalarNode) and _find_mark(node) < node.end_mark.index:
            yield place
        inner = (_Place(child, place) for child in list_children(node))
        below = [one for one in inner if _find_mark(one.entry.node) >= _find_mark(node)]
        pending += reversed(below)  # without an alias of a node around it


def parses_json(content: bytes) -> bool:
    """Return whether a content is valid JSON, which the parser of YAML does not check."""
    try:
        json.loads(content)
    except (ValueError, RecursionError):
        return False
    return True


def find_scalar(text: YamlText | None, leak: Leak) -> tuple[YamlText, list[Entry]] | None:
    """Return a valid file, and the nodes down to the scalar around a leak, if there is one."""
    way = text.find_way(leak.start) if text else []
    return (text, way) if text and way else None


def list_children(node: Node) -> Iterator[Entry]:
    """Yield the values of a mapping or a sequence."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield Entry(value, key if isinstance(key, yaml.ScalarNode) else None)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield Entry(item, None)


def find_pair(node: Node, name: str) -> tuple[ScalarNode, Node] | None:
    """Return a key of a mapping with its value."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value == name:
                return key, value
    return None


def find_value(node: Node, name: str) -> str:
    """Return the text of a key of a mapping, or an empty text."""
    found = find_pair(node, name)
    return found[1].value if found and isinstance(found[1], yaml.ScalarNode) else ""


def find_inherited(node: Node, name: str) -> Node | None:
    """Return the value of a key of a mapping, or of one that it merges (`<<`)."""
    merged = find_pair(node, "<<")
    inherited = [merged[1], *(entry.node for entry in list_children(merged[1]))] if merged else []
    found = (pair[1] for one in (node, *inherited) if (pair := find_pair(one, name)))
    return next(found, None)


def find_style(node: Node) -> str:
    """Return the style of a scalar: `'`, `"`, `|`, `>`, or empty for a plain one."""
    return str(getattr(node, "style", "") or "")


class Scalar(NamedTuple):
    """A scalar as it is written: its text, and the offset of each byte of it."""

    text: bytes
    """The text, with line breaks as they are in the file."""
    offsets: tuple[int, ...]
    style: str
    """`'`, `"`, `|`, `>` or empty."""

    def map_edit(self, edit: Edit) -> Edit:
        """Return an edit of the text as an edit of the file."""
        text = edit.text
        if self.style == '"':
            text = json.dumps(text.decode(), ensure_ascii=False)[1:-1].encode()
        elif self.style == "'":
            text = text.replace(b"'", b"''")
        return Edit(self.offsets[edit.start], self.offsets[edit.end], text)

    def map_leak(self, leak: Leak) -> Leak:
        """Return a leak in the file as a leak in the text."""
        start, end = (bisect_left(self.offsets, at) for at in (leak.start, leak.end))
        if self.offsets[start : start + 1] + self.offsets[end : end + 1] != (leak.start, leak.end):
            raise NotFixable("it is in an escape sequence of YAML")
        return leak._replace(start=start, end=end)


def read_scalar(yaml_text: YamlText, node: Node) -> Scalar:
    """Return a scalar as it is written; raise `NotFixable` for rare escapes."""
    found = _read_scalar(yaml_text.content, yaml_text.span(node), find_style(node))
    if isinstance(found, str):
        raise NotFixable(found)
    return found


@lru_cache(maxsize=1)  # for all leaks of a scalar
def _read_scalar(content: bytes, span: tuple[int, int], style: str) -> Scalar | str:
    """Return a scalar, or why it cannot be read."""
    start, end = span
    raw = content[start:end]
    if style in ("|", ">"):
        head = raw.find(b"\n") + 1
        text = raw[head:]
        if style == ">":
            text = re.sub(rb"\r?\n", lambda found: b" " * len(found[0]), text)
        return Scalar(text, tuple(range(start + head, end + 1)), style)
    if not style:
        return Scalar(raw, tuple(range(start, end + 1)), style)
    inner = raw[1:-1]
    if b"\n" in inner or b"\r" in inner:
        return "its text is folded over several lines; write a block (|) first"
    try:
        return _read_quoted(inner, start + 1, style)
    except NotFixable as refused:
        return str(refused)


def _read_quoted(inner: bytes, start: int, style: str) -> Scalar:
    pattern = re.compile(rb"''") if style == "'" else _ESCAPE
    text, at = bytearray(), 0
    offsets: list[int] = []
    for found in pattern.finditer(inner):
        text += inner[at : found.start()]
        offsets += range(start + at, start + found.start())
        written = b"'" if style == "'" else _unescape(found[0])
        text += written
        offsets += [start + found.start()] * len(written)
        at = found.end()
    text += inner[at:]
    offsets += range(start + at, start + len(inner) + 1)
    return Scalar(bytes(text), tuple(offsets), style)


def _unescape(escape: bytes) -> bytes:
    """Return the text of an escape; raise `NotFixable` for one that only YAML has."""
    letter = escape[1:]
    if letter in (b'"', b"\\", b"/"):
        return letter
    if letter in _LETTERS:
        return _LETTERS[letter]
    if letter.startswith(b"u"):
        units = bytes.fromhex(letter.replace(b"\\", b"").replace(b"u", b"").decode())
        with suppress(UnicodeDecodeError):
            return units.decode("utf-16-be").encode()
    raise NotFixable("its text has escape sequences of YAML; write a block (|) first")


def read_json_nodes(content: bytes) -> YamlText | None:
    """Parse JSON with the parser of YAML, for its positions; tabs outside of strings are blanks."""
    return read_yaml(content.replace(b"\t", b" "))
