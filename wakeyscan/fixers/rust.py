"""Fixer for Rust: `std::env::var("NAME")`, where a text built at run time is allowed."""

from __future__ import annotations

import re

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import NotFixable
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.syntax import Literal

_CONSTANTS = {
    "const_item": "a constant is evaluated at compile time; read the variable where it is used",
    "static_item": "a static is evaluated at compile time; use LazyLock, or read it in place",
    "const_block": "a constant is evaluated at compile time; read the variable where it is used",
    "attribute_item": "an attribute must be a constant",
    "inner_attribute_item": "an attribute must be a constant",
    "match_pattern": "a pattern must be a constant; compare with the variable",
}
_OWNED_CALLS = re.compile(rb"\.(?:to_string|to_owned|into)\(\)$|^String::from\(")
_KEEPING = re.compile(rb"\.(?:unwrap_or|or|map_or|push|push_back|insert)$|(?:^|::)(?:Some|Ok|Err)$")
_FORMAT_PLACES = {
    **dict.fromkeys(("write", "writeln", "assert", "debug_assert"), 1),
    **dict.fromkeys(("assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne"), 2),
}
"""How many arguments precede the format in the arguments of a macro."""

_CONSTANT_FUNCTION = (
    "a constant function may be evaluated at compile time; read the variable outside"
)

_BORROWING = ("arguments", "let_declaration")

_NOT_BORROWED = (
    "a look-up returns a String, but a &str is needed here; change the type to String first"
)


_OWN_STD = re.compile(rb"\bmod\s+std\b|\bas\s+std\b")
"""Another module of this name; the leading colons name the crate."""


def _format_lookup(place: Place) -> bytes:
    """Return a look-up, borrowed where a `&str` was."""
    owned = _format_owned(place.leak.variable.encode())
    if _OWN_STD.search(place.source.content):
        owned = b"::" + owned
    parent = place.node.parent
    if parent is None or parent.type == "field_expression":
        return owned
    if parent.type in _BORROWING and not _is_kept(parent):
        return b"&" + owned
    if parent.type == "token_tree":
        return owned
    raise NotFixable(_NOT_BORROWED)


def _is_kept(arguments: Node) -> bool:
    """Return whether a call keeps its argument, which has to live as long as the result."""
    call = arguments.parent if arguments.type == "arguments" else None
    function = call.child_by_field_name("function") if call else None
    return function is not None and bool(_KEEPING.search(function.text or b""))


def _format_owned(variable: bytes) -> bytes:
    return b'std::env::var("' + variable + b'").expect("' + variable + b' is not set")'


def _promote(literal: Literal, prefix: bytes, suffix: bytes, lookup: bytes) -> bytes | None:
    """Return a call of `format!`."""
    if literal.node.parent is not None and literal.node.parent.type == "token_tree":
        raise NotFixable("it is in the arguments of a macro; assign it to a name first")
    text = b"{}".join(part.replace(b"{", b"{{").replace(b"}", b"}}") for part in (prefix, suffix))
    borrow = b"&" if lookup.startswith(b"&") else b""
    quoted = literal.opening + text + literal.closing
    return borrow + b"format!(" + quoted + b", " + lookup.removeprefix(b"&") + b")"


def _refuse(node: Node) -> str:
    if (node.text or b"").startswith((b"b", b"c")):
        return "it is a string of bytes"
    if _is_static(node):
        return _NOT_BORROWED
    for ancestor in syntax.list_ancestors(node):
        if ancestor.type in _CONSTANTS:
            return _CONSTANTS[ancestor.type]
        if ancestor.type == "function_item":
            words = [one for one in ancestor.children if one.type == "function_modifiers"]
            return _CONSTANT_FUNCTION if words and b"const" in (words[0].text or b"") else ""
        if ancestor.type == "closure_expression":
            break
        if ancestor.type == "macro_invocation":
            return _refuse_macro(ancestor, node)
    return ""


def _is_static(node: Node) -> bool:
    """Return whether a literal is the value of a variable that borrows it for ever."""
    kind = node.parent.child_by_field_name("type") if node.parent else None
    return kind is not None and b"'static" in (kind.text or b"")


def _refuse_macro(macro: Node, node: Node) -> str:
    """Return why a macro needs a literal: its first argument is a format, or all are literals."""
    name = (macro.children[0].text or b"").decode()
    if name in ("concat", "env", "include_str", "option_env", "matches"):
        return f"{name}! needs literals"
    tree = next(child for child in macro.children if child.type == "token_tree")
    if _is_format(name, tree, node) and name not in ("vec", "json", "dbg"):
        return f"the format of {name}! must be a literal; pass the key as an argument"
    return _NOT_BORROWED if name == "vec" else ""


def _is_format(name: str, tree: Node, node: Node) -> bool:
    before = [child.type for child in tree.children if child.end_byte <= node.start_byte]
    is_argument = node.parent == tree and before[-1:] == [","]
    if is_argument and before.count(",") == _FORMAT_PLACES.get(name):
        return True
    return tree.named_children[0] == node


FIXER = TreeFixer(
    Language(
        grammar="tree_sitter_rust:language",
        literals={
            "string_literal": re.compile(rb'[bc]?"'),
            "raw_string_literal": re.compile(rb'[bc]?r#*"'),
        },
        format_lookup=_format_lookup,
        format_hole=lambda place: b"",
        refuse=_refuse,
        promote=_promote,
        sums=frozenset(),
        comments=frozenset(("line_comment", "block_comment")),
    )
)
"""The fixer of Rust."""
