"""Nodes of YAML with their positions, by PyYAML, and edits inside of scalars."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache

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


class YamlText(NamedTuple):
    """A file of YAML with its documents."""

    content: bytes
    offsets: tuple[int, ...]
    """Offset of each character."""
    documents: tuple[Node, ...]

    def span(self, node: Node) -> tuple[int, int]:
        """Return the offsets of a node."""
        return self.offsets[node.start_mark.index], self.offsets[node.end_mark.index]

    def find_way(self, offset: int) -> list[Entry]:
        """Return the nodes from a document down to the scalar around an offset, or nothing."""
        for document in self.documents:
            if way := self._find_below(Entry(document, None), offset):
                return way
        return []

    def _find_below(self, entry: Entry, offset: int) -> list[Entry]:
        start, end = self.span(entry.node)
        if not start <= offset < end:
            return []
        if isinstance(entry.node, yaml.ScalarNode):
            return [entry]
        for child in list_children(entry.node):
            is_later = child.node.start_mark.index >= entry.node.start_mark.index
            is_itself = child.node is entry.node or not is_later  # an alias of a node around it
            if not is_itself and (way := self._find_below(child, offset)):
                return [entry, *way]
        return []

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
    sizes = [len(character.encode()) for character in text]
    offsets = [0]
    for size in sizes:
        offsets.append(offsets[-1] + size)
    return YamlText(content, tuple(offsets), documents)


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
        if leak.start not in self.offsets or leak.end not in self.offsets:
            raise NotFixable("it is in an escape sequence of YAML")
        start, end = self.offsets.index(leak.start), self.offsets.index(leak.end)
        return leak._replace(start=start, end=end)


def read_scalar(yaml_text: YamlText, node: Node) -> Scalar:
    """Return a scalar as it is written; raise `NotFixable` for rare escapes."""
    start, end = yaml_text.span(node)
    raw, style = yaml_text.content[start:end], find_style(node)
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
        raise NotFixable("its text is folded over several lines; write a block (|) first")
    return _read_quoted(inner, start + 1, style)


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
