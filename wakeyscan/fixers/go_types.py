"""Named string types of Go: a constant has any of them, the result of a look-up has none.

Without the type checker, a place is edited only if nothing near it hints at such a type.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import syntax
from wakeyscan.fixers.fixer import NotFixable

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.tree_fixer import Place

_STRINGS = re.compile(rb"\btype\s+(\w+)\s+string\b")
_GROUPS = re.compile(rb"(?ms)^type\s*\((.*?)^\)")
_MEMBERS = re.compile(rb"(?m)^[^\S\n]*(\w+)\s+string\s*$")
_TYPES = re.compile(
    rb"(?ms)\btype\s+(\w+)(?:\[[^\]\n]*\])?\s+((?:struct|interface)\s*\{[^\n{}]*\}"
    rb"|(?:struct|interface)\s*\{.*?^\}|[^\n]*)"
)
_WORD = re.compile(rb"\w+")

_PREDECLARED = frozenset(
    b"string error any bool byte rune int int64 uint64 float64 map chan func struct interface"
    b" nil true false len cap append".split()
)

_FUNCTIONS = ("function_declaration", "method_declaration", "func_literal")
_TARGETS = {
    "assignment_statement": "left",
    "send_statement": "channel",
    "index_expression": "operand",
    "expression_switch_statement": "value",
}
"""The field of a node whose type a string gets."""

_ELEMENTS = ("literal_element", "keyed_element", "literal_value", "composite_literal")
_OPERANDS = ("binary_expression", "parenthesized_expression", "expression_list")
_CASES = ("expression_case",)


def find_result_type(statement: Node, place: Place) -> bytes:
    """Return the string type that is the only result of a function, or nothing."""
    kind = _read_result(statement)
    return kind if kind in _list_string_types(_list_texts(place)) else b""


def _read_result(statement: Node) -> bytes:
    functions = (n for n in syntax.list_ancestors(statement) if n.type in _FUNCTIONS)
    return _read_field(next(functions), "result")


def _list_texts(place: Place) -> tuple[bytes, ...]:
    """Return the files of a package."""
    return (place.source.content, *place.source.neighbors(".go"))


@lru_cache(maxsize=1)  # for all leaks of a package
def _list_string_types(texts: tuple[bytes, ...]) -> frozenset[bytes]:
    """Return the names of the string types that a package declares."""
    groups = [group for text in texts for group in _GROUPS.findall(text)]
    members = (name for group in groups for name in _MEMBERS.findall(group))
    return frozenset((*members, *(name for text in texts for name in _STRINGS.findall(text))))


def check_type(place: Place, imports: set[bytes]) -> None:
    """Raise `NotFixable` where a key may have a named string type."""
    texts = _list_texts(place)
    named = _list_string_types(texts)
    if not named:
        return
    names = _add_composed(texts, named)
    for text in _list_targets(place.node, named, imports):
        words = {*_WORD.findall(text)} - imports - _PREDECLARED
        if words & names or _are_together(texts, words, names):
            example = min(named).decode()
            raise NotFixable(
                "its type may be a string type of the package: name it, as in "
                f'{example}("…"), or assign the key to a string first'
            )


@lru_cache(maxsize=1)  # for all leaks of a package
def _add_composed(texts: tuple[bytes, ...], named: frozenset[bytes]) -> frozenset[bytes]:
    """Return string types and the types that are made of them."""
    declared = [pair for text in texts for pair in _TYPES.findall(text)]
    names, size = {*named}, 0
    while len(names) > size:
        size = len(names)
        names |= {name for name, body in declared if names & {*_WORD.findall(body)}}
    return frozenset(names)


def _are_together(texts: tuple[bytes, ...], words: set[bytes], names: frozenset[bytes]) -> bool:
    """Return whether a line has one of the words and one of the types."""
    return any(words & line and names & line for line in _list_lines(texts))


@lru_cache(maxsize=1)  # for all leaks of a package
def _list_lines(texts: tuple[bytes, ...]) -> tuple[frozenset[bytes], ...]:
    """Return the words of each line."""
    return tuple(frozenset(_WORD.findall(line)) for text in texts for line in text.splitlines())


def _list_targets(node: Node, named: frozenset[bytes], imports: set[bytes]) -> Iterator[bytes]:
    """Yield the texts that a key's type depends on: the other side of its operators and uses."""
    current = node
    while (parent := current.parent) is not None and parent.type in _OPERANDS:
        if parent.type == "binary_expression":
            yield from (one.text or b"" for one in parent.named_children if one != current)
            if _read_field(parent, "operator") != b"+":
                return  # a comparison
        current = parent
    if parent is None:
        return
    if parent.type == "argument_list" and parent.parent is not None:
        yield _read_function(parent.parent, named, imports)
    elif parent.type == "return_statement":
        yield _read_result(parent)
    elif parent.type in _ELEMENTS:
        yield from _list_elements(parent)
    elif parent.type == "const_spec" and not _read_field(parent, "type"):
        yield min(named)
    elif parent.type in _CASES and parent.parent is not None:
        yield _read_field(parent.parent, "value")
    else:
        target = parent.child_by_field_name(_TARGETS.get(parent.type, "none"))
        yield (target.text or b"") if target and target != current else b""


def _read_field(node: Node, field: str) -> bytes:
    found = node.child_by_field_name(field) if field else None
    return (found.text if found else None) or b""


def _read_function(call: Node, named: frozenset[bytes], imports: set[bytes]) -> bytes:
    """Return the function of a call, unless it is a conversion or of another package."""
    function = _read_field(call, "function")
    is_known = function in named or function.split(b".")[0] in imports
    name = function.rpartition(b".")[2]  # a method of the package has the type in its line
    return b"" if is_known else name + b" " + _read_field(call, "type_arguments")


def _list_elements(element: Node) -> Iterator[bytes]:
    """Yield the types of the literals around an element, and the names of its fields."""
    for node in syntax.list_ancestors(element):
        if node.type == "composite_literal":
            yield _read_field(node, "type")
        if node.type not in (*_ELEMENTS, "unary_expression"):
            return
