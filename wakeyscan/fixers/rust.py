"""Fixer for Rust: `std::env::var("NAME")`, where a text built at run time is allowed.

A literal is a `&'static str`, and a look-up a `String`. Where it matters which of the two it is, a
static keeps the look-up, and lends it for ever.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice

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
    **dict.fromkeys(
        ("enum_variant", "type_arguments", "array_type"),
        "it is evaluated at compile time; read the variable where it is used",
    ),
    "macro_definition": "it is in the definition of a macro; assign it to a name first",
    "attribute_item": "an attribute must be a constant",
    "inner_attribute_item": "an attribute must be a constant",
    "match_pattern": "a pattern must be a constant; compare with the variable",
}
_OWNED = re.compile(rb"\s*\.\s*(?:to_string|to_owned)\s*\(\s*\)")
"""What makes a `String` of a literal before it."""

_OWNING = re.compile(rb"(?<![\w:])String\s*::\s*from\s*\(\s*\Z")
"""What makes a `String` of a literal after it."""

_MAX_OWNING = 200
"""Bytes before a literal in which that is looked for."""

_COPYING = re.compile(rb"\.(bearer_auth|basic_auth|header|arg|env)$")
"""Methods of known libraries that copy any argument that they borrow."""

_FORMATTED = re.compile(
    rb"(?:e?print|e?println|format|write|writeln|panic|todo|unreachable|unimplemented|bail|anyhow"
    rb"|log|trace|debug|info|warn|error)"
)
_EVALUATED = re.compile(rb"(?:debug_)?assert(?:_eq|_ne)?|ensure|vec|dbg|json")
"""Macros whose arguments are expressions."""

_FORMAT_PLACES = {
    **dict.fromkeys(("write", "writeln", "assert", "debug_assert", "ensure"), 1),
    **dict.fromkeys(("assert_eq", "assert_ne", "debug_assert_eq", "debug_assert_ne"), 2),
}
"""How many arguments precede the format in the arguments of a macro."""

_CONSTANT_FUNCTION = (
    "a constant function may be evaluated at compile time; read the variable outside"
)

_MACRO = "it is in the arguments of a macro; assign it to a name first"
_PROMOTED = "a reference to it lives for ever, but one to a look-up does not; assign it to a name"

_AGGREGATES = (
    *("array_expression", "tuple_expression", "parenthesized_expression", "struct_expression"),
    *("field_initializer_list", "field_initializer"),
)
_SAFE_PARENTS = (
    *("arguments", "let_declaration", "array_expression", "tuple_expression", "return_expression"),
    *("field_initializer", "assignment_expression", "closure_expression", "match_arm", "block"),
    *("parenthesized_expression", "compound_assignment_expr"),
)
"""Parents in which a block needs no parentheses."""

_RAW_BRACE = re.compile(rb"()([{}])")
_BRACE = re.compile(rb"(\\u\{[^}]*\}|\\.)|([{}])", re.DOTALL)

_OWN_STD = re.compile(rb"\bmod\s+std\b|\bas\s+std\b")
"""Another module of this name; the leading colons name the crate."""


def _format_lookup(place: Place) -> bytes:
    """Return a look-up in the form that its place needs; the part of a text is always owned."""
    name = place.leak.variable.encode()
    root = b"::std" if syntax.has_match(_OWN_STD, place.source.content) else b"std"
    owned = root + b'::env::var("' + name + b'").expect("' + name + b' is not set")'
    is_part = place.prefix or place.suffix
    return owned if is_part else _adapt(place.node, owned)


def _adapt(node: Node, owned: bytes) -> bytes:
    """Return a `String` in the form that the place of a literal needs; raise `NotFixable`."""
    parent = node.parent
    if _is_owned(node):
        return owned
    if parent is not None and parent.type == "token_tree":
        return _adapt_token(node, parent, owned)
    if parent is not None and parent.type == "arguments" and parent.parent:
        function = parent.parent.child_by_field_name("function")
        copying = _COPYING.search(function.text or b"") if function is not None else None
        if copying and not _is_defined(node, copying[1]):
            return b"&" + owned
    kept = _keep(owned)
    return kept if parent is not None and parent.type in _SAFE_PARENTS else b"(" + kept + b")"


def _is_defined(node: Node, name: bytes) -> bool:
    """Return whether the file of a literal defines a function, which may borrow for longer."""
    return name in _list_functions(syntax.find_root(node))


@lru_cache(maxsize=1)  # for all leaks of a file
def _list_functions(file: Node) -> frozenset[bytes]:
    return frozenset(re.findall(rb"\bfn\s+(\w+)", file.text or b""))


def _is_owned(node: Node) -> bool:
    """Return whether the source makes a `String` of a literal."""
    parent = node.parent
    outer = parent.parent or parent if parent is not None else node
    text, offset = _read_text(outer), outer.start_byte
    start = node.start_byte - offset
    is_after = _OWNING.search(text[max(start - _MAX_OWNING, 0) : start])
    return bool(is_after or _OWNED.match(text, node.end_byte - offset))


@lru_cache(maxsize=1)  # for all leaks of a node
def _read_text(node: Node) -> bytes:
    return node.text or b""


def _adapt_token(node: Node, tree: Node, owned: bytes) -> bytes:
    """Return a `String` in the form that an argument of a macro needs."""
    before, after = (one.type if one else "" for one in (node.prev_sibling, node.next_sibling))
    is_argument = before in ("(", "[", "{", ",", "=") and after in (")", "]", "}", ",")
    macro = tree.parent
    is_direct = macro is not None and macro.type == "macro_invocation"
    if is_direct and is_argument and macro and _FORMATTED.fullmatch(_read_macro(macro)):
        return owned
    if is_argument and _find_macro(node) != b"json":
        return _keep(owned)
    if before not in ("==", "!=", ":") and after not in ("==", "!=", ".") and not is_argument:
        raise NotFixable(_MACRO)
    return b"(" + _keep(owned) + b")"


def _keep(owned: bytes) -> bytes:
    """Return a block whose value is a `&'static str`."""
    lock = (b"::" if b"::std::env" in owned else b"") + b"std::sync::LazyLock"
    return (
        b"{ static KEY: " + lock + b"<String> = " + lock + b"::new(|| " + owned + b"); "
        b"KEY.as_str() }"
    )


def _promote(literal: Literal, prefix: bytes, suffix: bytes, lookup: bytes) -> bytes | None:
    """Return a call of `format!`."""
    pattern = _RAW_BRACE if b"r" in literal.opening else _BRACE
    text = b"{}".join(pattern.sub(rb"\1\2\2", part) for part in (prefix, suffix))
    quoted = literal.opening + text + literal.closing
    return _adapt(literal.node, b"format!(" + quoted + b", " + lookup + b")")


def _refuse(node: Node) -> str:
    if (node.text or b"").startswith((b"b", b"c")):
        return "it is a string of bytes"
    for ancestor in syntax.list_ancestors(node):
        if ancestor.type in _CONSTANTS:
            return _CONSTANTS[ancestor.type]
        if _is_pattern(ancestor):
            return _CONSTANTS["match_pattern"]
        if _has_field("length", ancestor):
            return _CONSTANTS["array_type"]
        if ancestor.type == "function_item":
            words = [one for one in ancestor.children if one.type == "function_modifiers"]
            if words and b"const" in (words[0].text or b""):
                return _CONSTANT_FUNCTION
            break
        if ancestor.type == "closure_expression":
            break
        if ancestor.type == "macro_invocation":
            return _refuse_macro(ancestor, node)
    return _refuse_promoted(node)


def _is_pattern(node: Node) -> bool:
    return _has_field("pattern", node) or node.type.endswith("_pattern")


def _has_field(field: str, node: Node) -> bool:
    """Return whether a node is a field of its parent."""
    parent = syntax.get_parent(node)
    return parent is not None and parent.child_by_field_name(field) == node


def _refuse_promoted(node: Node) -> str:
    """Return why the reference to a constant value with a literal may have to live for ever."""
    current = node.parent
    while current is not None and current.type in _AGGREGATES:
        current = current.parent
    is_promoted = current is not None and current.type == "reference_expression"
    return _PROMOTED if is_promoted else ""


def _find_macro(node: Node) -> bytes:
    """Return the name of the macro around a literal, without its path."""
    outer = (one for one in syntax.list_ancestors(node) if one.type == "macro_invocation")
    macro = next(outer, None)
    return _read_macro(macro) if macro is not None else b""


def _read_macro(macro: Node) -> bytes:
    return (macro.children[0].text or b"").rpartition(b"::")[2]


def _refuse_macro(macro: Node, node: Node) -> str:
    """Return why a macro needs a literal: its first argument is a format, or all are literals."""
    name = _read_macro(macro).decode()
    if name in ("concat", "env", "include_str", "option_env", "matches"):
        return f"{name}! needs literals"
    tree = next(child for child in macro.children if child.type == "token_tree")
    is_evaluated = _EVALUATED.fullmatch(name.encode())
    if _is_format(name, tree, node, bool(is_evaluated)):
        return f"the format of {name}! must be a literal; pass the key as an argument"
    is_known = (is_evaluated or _FORMATTED.fullmatch(name.encode())) and not _is_nested(node)
    return "" if is_known or _is_owned(node) else _MACRO


def _is_nested(node: Node) -> bool:
    """Return whether a literal in the arguments of a macro is in those of another one."""
    trees = (one for one in syntax.list_ancestors(node) if one.type == "token_tree")
    return any(
        tree.prev_sibling
        and tree.prev_sibling.type == "!"
        and tree.parent
        and tree.parent.type == "token_tree"
        for tree in trees
    )


def _is_format(name: str, tree: Node, node: Node, is_evaluated: bool) -> bool:
    previous = node.prev_sibling if node.parent == tree else None
    place = _FORMAT_PLACES.get(name)
    if place and previous and previous.end_byte == _find_comma(tree, place):
        return True
    return tree.named_child(0) == node and not is_evaluated


@lru_cache(maxsize=1)  # for all leaks of a macro
def _find_comma(tree: Node, number: int) -> int:
    """Return the offset after a comma between the arguments of a macro, by its number."""
    commas = (child.end_byte for child in tree.children if child.type == ",")
    return next(islice(commas, number - 1, None), -1)


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
