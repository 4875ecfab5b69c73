"""Fixer for Java: `System.getenv("NAME")`."""

from __future__ import annotations

import re
from functools import lru_cache

from wakeyscan.core.typing import TYPE_CHECKING
from wakeyscan.fixers import distant_constants, spring, syntax
from wakeyscan.fixers.fixer import NotFixable
from wakeyscan.fixers.tree_fixer import Language, Place, TreeFixer

if TYPE_CHECKING:
    from tree_sitter import Node

    from wakeyscan.fixers.fixer import Edit
    from wakeyscan.fixers.syntax import Literal

_CONSTANT = "an annotation or a case label uses it, which must be a constant"
_REFUSED = {
    "annotation_argument_list": "an argument of an annotation must be a constant",
    "annotation_type_element_declaration": "the default of an annotation must be a constant",
    "switch_label": "a case label must be a constant; compare with the variable",
}
_OWNERS = frozenset(
    (
        *("variable_declarator", "formal_parameter", "catch_formal_parameter"),
        *("enhanced_for_statement", "class_declaration", "interface_declaration"),
        *("enum_declaration", "record_declaration"),
    )
)
"""Nodes that declare a name."""

_SAFE_PARENTS = frozenset(
    (
        *("argument_list", "variable_declarator", "assignment_expression", "return_statement"),
        *("parenthesized_expression", "array_initializer"),
    )
)


def _format_lookup(place: Place) -> bytes:
    if _is_in_value(place.node):
        return b'"' + spring.format_hole(place.leak.variable) + b'"'
    is_other = syntax.declares(place.tree, place.source.content, b"System", _OWNERS)
    package = b"java.lang." if is_other else b""
    return package + b'System.getenv("' + place.leak.variable.encode() + b'")'


def _format_hole(place: Place) -> bytes:
    return spring.format_hole(place.leak.variable) if _is_in_value(place.node) else b""


def _is_in_value(node: Node) -> bool:
    """Return whether a literal is the only argument of Spring's `@Value`."""
    parent = node.parent
    owner = parent.parent if parent and parent.type == "annotation_argument_list" else None
    return owner is not None and bool(spring.ANNOTATION.match(owner.text or b""))


def _promote(literal: Literal, prefix: bytes, suffix: bytes, lookup: bytes) -> bytes | None:
    """Return a text block with a format; a sum would lose blanks and line ends at its seams."""
    if literal.opening != b'"""':
        return None
    if b"%" in prefix + suffix:
        raise NotFixable("its text block has a %; assign the key to a name, and format it")
    block = literal.opening + prefix + b"%s" + suffix + literal.closing
    return block + b".formatted(" + lookup + b")"


def _refuse(node: Node) -> str:
    if _is_in_value(node):
        return ""
    for ancestor in syntax.list_ancestors(node):
        if ancestor.type in _REFUSED:
            return _REFUSED[ancestor.type]
        if ancestor.type.endswith(("_body", "block")):
            break
    return _CONSTANT if _is_in_constant_of_annotation(node) else ""


def _check_uses(place: Place) -> tuple[Edit, ...]:
    """Return no edits; raise `NotFixable` if another file needs the field of a class."""
    nodes = [*syntax.list_ancestors(place.node)]
    kinds = ("field_declaration", "constant_declaration")
    field = next((one for one in nodes if one.type in kinds), None)
    if field is not None and _is_final(field) and b"private" not in (field.text or b""):
        names = [_read_name(one) for one in field.children if one.type == "variable_declarator"]
        distant_constants.refuse_needed(place.source, names, (".java", ".kt"))
    return ()


def _is_in_constant_of_annotation(node: Node) -> bool:
    """Return whether an annotation or a case label of the file uses the constant by its name.

    It may use it through other constants.
    """
    nodes = [*syntax.list_ancestors(node)]
    declarator = next((one for one in nodes if one.type == "variable_declarator"), None)
    names = [_read_name(declarator)] if declarator else []
    users = _map_users(nodes[-1])
    known = {*names}
    for name in names:
        added: set[bytes] = users.get(name, set()) - known
        known |= added
        names += added
    return b"" in known


@lru_cache(maxsize=1)  # for all leaks of a file
def _map_users(root: Node) -> dict[bytes, set[bytes]]:
    """Return what uses each name: the innermost constant around it, and those around that one.

    An empty name stands for what must be a constant.
    """
    users: dict[bytes, set[bytes]] = {}
    pending: list[tuple[Node, bytes | None]] = [(root, None)]
    while pending:
        node, user = pending.pop()
        if node.type == "identifier" and user is not None:
            users.setdefault(node.text or b"", set()).add(user)
        for child in node.children:
            inner = b"" if child.type in _REFUSED else _read_user(child, node)
            if inner is not None and user is not None:
                users.setdefault(inner, set()).add(user)
            pending.append((child, user if inner is None or user == b"" else inner))
    return users


def _read_user(node: Node, parent: Node) -> bytes | None:
    """Return the name of a constant that a node declares."""
    is_constant = node.type == "variable_declarator" and _is_final(parent)
    return _read_name(node) if is_constant else None


def _is_final(declaration: Node) -> bool:
    if declaration.type == "constant_declaration":
        return True
    words = [one for one in declaration.children if one.type == "modifiers"]
    return any(child.type == "final" for word in words for child in word.children)


def _read_name(declarator: Node) -> bytes:
    name = declarator.child_by_field_name("name")
    return (name.text or b"") if name else b""


FIXER = TreeFixer(
    Language(
        grammar="tree_sitter_java:language",
        literals={"string_literal": re.compile(rb'"""|"')},
        format_lookup=_format_lookup,
        default_lookup=r"System\.getenv\(\)\.getOrDefault\(\s*(?P<keep>\"\w+\"),\s*",
        format_kept="System.getenv({})",
        format_hole=_format_hole,
        refuse=_refuse,
        promote=_promote,
        adapt=_check_uses,
        comments=frozenset(("line_comment", "block_comment")),
        safe_parents=_SAFE_PARENTS,
    )
)
"""The fixer of Java."""
