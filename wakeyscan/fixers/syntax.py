"""Syntax trees of tree-sitter, and the string literals in them.

The grammars are separate wheels, which the extra `wakeyscan[fix]` installs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib import import_module

from wakeyscan.core.lazy import lazy_import
from wakeyscan.core.typing import TYPE_CHECKING, NamedTuple
from wakeyscan.fixers.fixer import INSTALL, TOO_DEEP, NotFixable

if TYPE_CHECKING:
    import tree_sitter
    from tree_sitter import Node, Parser, Tree, TreeCursor
else:
    tree_sitter = lazy_import("tree_sitter")  # an optional component

_LEADING = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ$%@"
"""Bytes of an opening delimiter that the closing one lacks."""

_MAX_DEPTH = 500
"""Nodes around a key. For each, fixers look at all of them, so this bounds the time of a file."""

_CLOSING = bytes.maketrans(b"([{<", b")]}>")


@cache
def _load_parser(grammar: str) -> Parser:
    """Return the parser of a grammar, given as `module:function`; raise `NotFixable`."""
    module, _, function = grammar.partition(":")
    try:
        language = getattr(import_module(module), function)()
        return tree_sitter.Parser(tree_sitter.Language(language))
    except ImportError:
        raise NotFixable(INSTALL) from None


@lru_cache(maxsize=2)  # for all leaks of a file, and of a script in it
def parse(grammar: str, content: bytes) -> Tree:
    """Parse a content; raise `NotFixable` without the grammar."""
    return _load_parser(grammar).parse(content)


def has_error(tree: Tree) -> bool:
    """Return whether a tree has a syntax error."""
    return tree.root_node.has_error


def find_node(tree: Tree, start: int, end: int) -> Node:
    """Return the smallest node around the bytes `start:end`; raise `NotFixable` far inside."""
    cursor = _get_cursor(tree)
    while not _holds(cursor.node, start) and cursor.goto_parent():
        pass
    while cursor.depth <= _MAX_DEPTH and cursor.goto_first_child_for_byte(start) is not None:
        pass
    if cursor.depth > _MAX_DEPTH:
        raise NotFixable(TOO_DEEP)
    return tree.root_node.descendant_for_byte_range(start, end) or tree.root_node


@lru_cache(maxsize=2)  # the next leak is near the last one, in a file that is nested deeply
def _get_cursor(tree: Tree) -> TreeCursor:
    return tree.walk()


def _holds(node: Node | None, offset: int) -> bool:
    return node is not None and node.start_byte <= offset < node.end_byte


@lru_cache(maxsize=2 * _MAX_DEPTH)  # leaks of a file share their outer nodes
def get_parent(node: Node) -> Node | None:
    """Return the parent of a node, which the parser finds only from the root down."""
    return node.parent


def list_ancestors(node: Node) -> Iterator[Node]:
    """Yield a node and its ancestors, from the inside out."""
    current: Node | None = node
    while current is not None:
        yield current
        current = get_parent(current)


def find_root(node: Node) -> Node:
    """Return the outermost ancestor of a node: the whole file."""
    *_, root = list_ancestors(node)
    return root


def find_parent(node: Node) -> Node | None:
    """Return the nearest ancestor that is larger than a node."""
    span = node.start_byte, node.end_byte
    outer = (one for one in list_ancestors(node) if (one.start_byte, one.end_byte) != span)
    return next(outer, None)


def walk(node: Node) -> Iterator[Node]:
    """Yield a node and all nodes below it, in the order of the text."""
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(current.children))


@lru_cache(maxsize=8)  # for all leaks of a file
def has_match(pattern: re.Pattern[bytes], content: bytes) -> bool:
    """Return whether a pattern matches anywhere in a content."""
    return pattern.search(content) is not None


_NOT_DECLARED = ("value", "right", "body", "type")
"""Fields of a declaration that only use a name."""


def declares(tree: Tree, content: bytes, name: bytes, owners: frozenset[str]) -> bool:
    """Return whether a content gives a name another meaning, in a node of one of these types.

    A use such as `name.` is no declaration, so a content with nothing else is not searched.
    """
    return _is_declared(content, tree, name, owners)


@lru_cache(maxsize=1)  # for all leaks of a file
def _is_declared(content: bytes, tree: Tree, name: bytes, owners: frozenset[str]) -> bool:
    if not re.search(rb"(?<![.\w$])" + name + rb"\b(?!\s*[.\[])", content):
        return False
    nodes = (node for node in walk(tree.root_node) if node.type in owners)
    return any(_is_owner(node, name) for node in nodes)


def _is_owner(node: Node, name: bytes) -> bool:
    """Return whether a declaration has a name, not as what it only uses."""
    named = [child for child in node.children if not child.children and child.text == name]
    used = [node.child_by_field_name(field) for field in _NOT_DECLARED] if named else []
    return any(child not in used or node.type == "pair_pattern" for child in named)


class Literal(NamedTuple):
    """A string literal."""

    node: Node
    opening: bytes
    """Its delimiter with all letters before it, such as `$@"`."""
    closing: bytes

    @property
    def start(self) -> int:
        """Offset of its opening delimiter."""
        return self.node.start_byte

    @property
    def end(self) -> int:
        """Offset after its closing delimiter."""
        return self.node.end_byte

    @property
    def low(self) -> int:
        """Offset of its content."""
        return self.start + len(self.opening)

    @property
    def high(self) -> int:
        """Offset after its content."""
        return self.end - len(self.closing)


def mirror_delimiter(opening: bytes) -> bytes:
    """Return the delimiter that closes a literal, for example `"#` for `r#"`."""
    return opening.lstrip(_LEADING)[::-1].translate(_CLOSING)
