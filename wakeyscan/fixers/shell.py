"""Fixer for shell scripts and curl command lines: `"${NAME}"`."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import (
    Edit,
    Fix,
    Leak,
    NotFixable,
    Source,
    check_name,
    find_extent,
    replace_in_prose,
)

if TYPE_CHECKING:
    from tree_sitter import Node

_GRAMMAR = "tree_sitter_bash:language"

_WORDS = ("word", "number", "variable_name", "extglob_pattern", "regex", "test_operator")
_QUOTES = {"string": b'"', "raw_string": b"'", "ansi_c_string": b"$'"}

_TEMPLATES = re.compile(rb"\$\{\{.*?\}\}|\{\{.*?\}\}")
"""Expressions of CI servers and templates, which are filled in before a shell reads the script."""


_DOCUMENT = re.compile(rb"(?<!<)<<-?[ \t]*[\"'\\]?([A-Za-z_]\w*)[^\r\n]*")
"""The start of a here-document, and its delimiter."""


class _Piece:
    """A part of a word: its type, its content and its quotes."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.quote = _QUOTES.get(node.type, b"")
        self.low = node.start_byte + len(self.quote)
        self.high = node.end_byte - len(self.quote[-1:])


@lru_cache(maxsize=1)  # for all leaks of a file
def mask_templates(content: bytes) -> bytes:
    """Return a script in which expressions of CI servers are words of the same length."""
    return _TEMPLATES.sub(lambda found: b"x" * len(found[0]), content)


def parses(content: bytes) -> bool:
    """Return whether the grammar of bash can parse a content; raise `NotFixable` without it."""
    return not syntax.has_error(syntax.parse(_GRAMMAR, mask_templates(content)))


def build_fix(source: Source, leak: Leak) -> Fix:
    """Return the edits that replace a key by an expansion; raise `NotFixable`."""
    content = source.content
    tree = syntax.parse(_GRAMMAR, mask_templates(content))
    node = syntax.find_node(tree, leak.start, leak.start + 1)
    for ancestor in syntax.list_ancestors(node):
        parent = syntax.get_parent(ancestor)
        if parent is not None and parent.type == "expansion":
            return _replace_default(parent, leak)
        if ancestor.type == "comment":
            return replace_in_prose(leak)
        if ancestor.type in ("heredoc_body", "heredoc_content"):
            return Fix((_replace_in_document(ancestor, leak),))
        if ancestor.type in _QUOTES or ancestor.type in _WORDS:
            if _is_in_document(content, leak.start):
                raise NotFixable("it is in a here-document that the grammar of bash does not see")
            return _replace_word(ancestor, content, leak)
    raise NotFixable("it is not in a word of a command")


def _format_hole(variable: str) -> bytes:
    return b"${" + variable.encode() + b"}"


def _replace_in_document(body: Node, leak: Leak) -> Edit:
    redirect = next(n for n in syntax.list_ancestors(body) if n.type == "heredoc_redirect")
    start = next(child for child in redirect.children if child.type == "heredoc_start")
    if re.search(rb"['\"\\]", start.text or b""):
        raise NotFixable(
            "a here-document with a quoted delimiter expands nothing; remove the quotes, "
            "and escape each other $ in it"
        )
    _refuse_pieces(leak)
    return Edit(leak.start, leak.end, _format_hole(leak.variable))


def _is_in_document(content: bytes, at: int) -> bool:
    """Return whether an offset is in a here-document, by its lines."""
    documents = _list_documents(content)
    number = bisect_right(documents, (at, len(content))) - 1
    return number >= 0 and at < documents[number][1]


@lru_cache(maxsize=1)
def _list_documents(content: bytes) -> list[tuple[int, int]]:
    """Return the spans of the here-documents of a script, without the line that starts each."""
    documents: list[tuple[int, int]] = []
    end = 0
    for found in _DOCUMENT.finditer(content):
        if found.start() >= end:
            delimiter = re.compile(rb"^\t*" + re.escape(found[1]) + rb"\r?$", re.MULTILINE)
            last = delimiter.search(content, found.end())
            end = last.start() if last else len(content)
            documents.append((found.end(), end))
    return documents


def _refuse_pieces(leak: Leak) -> None:
    if leak.is_split:
        raise NotFixable("its pieces are not the parts of one word")


def _replace_default(expansion: Node, leak: Leak) -> Fix:
    """Return the fix for `${NAME:-key}`: the variable must be set instead."""
    found = re.fullmatch(rb"\$\{(\w+):?[-=](.*)\}", expansion.text or b"", re.DOTALL)
    if found is None or not leak.is_text(found[2].strip(b"\"'")):
        raise NotFixable("it is inside an expansion; assign it to a name first")
    name = found[1].decode()
    if name.isdigit():  # an argument of the script or function, which may be omitted
        return Fix((Edit(leak.start, leak.end, _format_hole(leak.variable)),))
    check_name(leak, name)
    text = b"${" + found[1] + b":?is not set}"
    edit = Edit(expansion.start_byte, expansion.end_byte, text)
    return Fix((edit,), own_name=name, read_name=name)


def _replace_word(node: Node, content: bytes, leak: Leak) -> Fix:
    """Return the fix of one part of a word, or of the adjacent parts with the pieces of a key."""
    first = last = _Piece(node)
    end = leak.end
    if leak.is_split:
        pieces = _list_pieces(node)
        parts = [content[piece.low : piece.high] for piece in pieces]
        count, offset = find_extent(parts, leak.start - first.low, leak)
        last = pieces[count]
        end = last.low + offset
    prefix, suffix = content[first.low : leak.start], content[end : last.high]
    start, stop = first.node.start_byte, last.node.end_byte
    if not prefix and not suffix and (name := _find_assigned(first, last)):
        text = b'"${' + leak.variable.encode() + b':?is not set}"'
        return Fix((Edit(start, stop, text),), own_name=name)
    hole = _format_hole(leak.variable)
    if first is last and first.quote == b'"':
        return Fix((Edit(leak.start, end, hole),))
    if first is last and not first.quote:
        return Fix((Edit(leak.start, end, b'"' + hole + b'"'),))
    return Fix((Edit(start, stop, _join(first, prefix, hole, last, suffix)),))


def _list_pieces(node: Node) -> list[_Piece]:
    """Return a part of a word and the adjacent parts."""
    parent = node.parent
    if parent is None or parent.type != "concatenation":
        return [_Piece(node)]
    siblings = [child for child in parent.children if child.start_byte >= node.start_byte]
    return [_Piece(child) for child in siblings]


def _find_assigned(first: _Piece, last: _Piece) -> str:
    """Return the name of the variable whose whole value parts are, or an empty text."""
    node = first.node
    if node.parent is not None and node.parent.type == "concatenation":
        node = node.parent
    parent = node.parent
    is_whole = (node.start_byte, node.end_byte) == (first.node.start_byte, last.node.end_byte)
    if parent is None or parent.type != "variable_assignment" or not is_whole:
        return ""
    name = parent.child_by_field_name("name")
    return ((name.text if name else None) or b"").decode()


def _join(first: _Piece, prefix: bytes, hole: bytes, last: _Piece, suffix: bytes) -> bytes:
    """Return a word in double quotes, or in its own quotes around a hole in double quotes."""
    if re.search(rb"[\"$`\\!]", prefix + suffix) or first.quote == b"$'":
        before = first.quote + prefix + first.quote[-1:] if prefix else b""
        after = last.quote + suffix + last.quote[-1:] if suffix else b""
        return before + b'"' + hole + b'"' + after
    return b'"' + prefix + hole + suffix + b'"'
