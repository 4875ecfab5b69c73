"""Fixer for PHP: `getenv('NAME')`."""

from __future__ import annotations

import re
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import Edit, NotFixable
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node

_CONSTANT = "{} must be a constant expression; read the variable where it is used"

_REFUSED = {
    "property_element": _CONSTANT.format("the default of a property"),
    "simple_parameter": _CONSTANT.format("the default of a parameter"),
    "property_promotion_parameter": _CONSTANT.format("the default of a parameter"),
    "static_variable_declaration": _CONSTANT.format("a static variable"),
    "attribute": _CONSTANT.format("an argument of an attribute"),
    "enum_case": _CONSTANT.format("a case of an enum"),
}
_SAFE_PARENTS = frozenset(
    (
        *("argument", "arguments", "assignment_expression", "array_element_initializer"),
        *("array_creation_expression", "return_statement"),
        *("parenthesized_expression", "echo_statement", "expression_statement"),
    )
)


_OWN_FUNCTION = re.compile(rb"(?i)\bfunction\s+(?:[\w\\]+\\)?getenv\b")
"""A function of a namespace, or its import; the leading backslash names the global one."""


_OWN_ENV = re.compile(rb"(?i)\bfunction\s+env\s*\(")


def _format_lookup(place: Place) -> bytes:
    quote = place.used[0].opening[-1:] or b"'"
    root = b"\\" if syntax.has_match(_OWN_FUNCTION, place.source.content) else b""
    return root + b"getenv(" + quote + place.leak.variable.encode() + quote + b")"


def _refuse(node: Node) -> str:
    for ancestor in syntax.list_ancestors(node):
        if ancestor.type in _REFUSED:
            return _REFUSED[ancestor.type]
        if ancestor.type == "function_call_expression":
            name = ancestor.child_by_field_name("function")
            is_env = name is not None and name.text == b"env"
            if is_env and _has_own_env(syntax.find_root(node)):
                return "the file has a function env of its own, which may need the default"
        if ancestor.type == "const_declaration":
            return _refuse_constant(ancestor)
        if ancestor.type == "compound_statement":
            break
    return ""


def _refuse_constant(declaration: Node) -> str:
    if declaration.parent is None or declaration.parent.type != "program":
        return _CONSTANT.format("a constant of a class or a namespace")
    if _has_namespace(syntax.find_root(declaration)):
        return _CONSTANT.format("a constant of a class or a namespace")
    return ""


@lru_cache(maxsize=1)  # for all leaks of a file
def _has_own_env(file: Node) -> bool:
    return _OWN_ENV.search(file.text or b"") is not None


@lru_cache(maxsize=1)  # for all leaks of a file
def _has_namespace(file: Node) -> bool:
    return any(node.type == "namespace_definition" for node in file.children)


def _adapt(place: Place) -> tuple[Edit, ...]:
    """Return the edits that turn `const A = …;` into `define('A', …);`."""
    nodes = [*syntax.list_ancestors(place.node)]
    declaration = next((node for node in nodes if node.type == "const_declaration"), None)
    element = next((node for node in nodes if node.type == "const_element"), None)
    if declaration is None or element is None:
        return ()
    if sum(child.type == "const_element" for child in declaration.children) > 1:
        raise NotFixable("the statement declares several constants; split it first")
    name, sign = element.children[0], element.children[1]
    start = declaration.start_byte
    value = next(child for child in element.children[2:] if child.is_named)
    text = b"define('" + (name.text or b"") + b"', "
    return (
        Edit(start, _skip_blanks(place.source.content, sign.end_byte), text),
        Edit(value.end_byte, value.end_byte, b")"),
    )


def _skip_blanks(content: bytes, at: int) -> int:
    while content[at : at + 1].isspace():
        at += 1
    return at


FIXER = TreeFixer(
    Language(
        grammar="tree_sitter_php:language_php",
        literals={
            "string": re.compile(rb"[bB]?'"),
            "encapsed_string": re.compile(rb'[bB]?"'),
            "heredoc": re.compile(rb""),
            "nowdoc": re.compile(rb""),
        },
        format_lookup=_format_lookup,
        format_hole=lambda place: b"",
        refuse=_refuse,
        adapt=_adapt,
        operator=".",
        safe_parents=_SAFE_PARENTS,
        fallbacks=frozenset(("?:", "??")),
        default_lookup=r"(?P<keep>env\(\s*[\"']\w+[\"']),\s*",
        format_kept="{})",
        known_lookup=r"(?:getenv\([^()]*\)|\$_(?:ENV|SERVER)\[[^\[\]]*\])$",
    )
)
"""The fixer of PHP."""
